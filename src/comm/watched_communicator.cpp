#include "radforge/comm/watched_communicator.hpp"

#include <cstdlib>

namespace radforge {

namespace {

std::int64_t bytes_of(const Buffer& buffer) { return static_cast<std::int64_t>(buffer.bytes()); }

/// A blocking collective, from its start to its end.
class WatchedCall {
 public:
  WatchedCall(Watchdog& watchdog, const Collective& call)
      : phase_(watchdog, Phase::collective), watchdog_(watchdog), sequence_(watchdog.enter_collective(call)) {}
  ~WatchedCall() { watchdog_.finish_collective(sequence_); }
  WatchedCall(const WatchedCall&) = delete;
  WatchedCall& operator=(const WatchedCall&) = delete;

 private:
  ScopedPhase phase_;
  Watchdog& watchdog_;
  std::int64_t sequence_;
};

class WatchedWork final : public Work {
 public:
  WatchedWork(std::unique_ptr<Work> inner, Watchdog& watchdog, std::int64_t sequence)
      : inner_(std::move(inner)), watchdog_(watchdog), sequence_(sequence) {}
  ~WatchedWork() override {
    if (!finished_) {
      const ScopedPhase phase(watchdog_, Phase::collective);
      inner_.reset();
      finish();
    }
  }
  WatchedWork(const WatchedWork&) = delete;
  WatchedWork& operator=(const WatchedWork&) = delete;

  bool done() override {
    if (!finished_ && inner_->done()) {
      finish();
    }
    return finished_;
  }

  void wait() override {
    if (finished_) {
      return;
    }
    const ScopedPhase phase(watchdog_, Phase::collective);
    inner_->wait();
    finish();
  }

 private:
  void finish() {
    finished_ = true;
    watchdog_.finish_collective(sequence_);
  }

  std::unique_ptr<Work> inner_;
  Watchdog& watchdog_;
  std::int64_t sequence_;
  bool finished_ = false;
};

} // namespace

void WatchedCommunicator::all_reduce(Buffer values, ReduceOp op) {
  const WatchedCall call(watchdog_, {Operation::all_reduce, op, values.dtype, 0, bytes_of(values)});
  inner_.all_reduce(values, op);
}

std::unique_ptr<Work> WatchedCommunicator::start_all_reduce(Buffer values, ReduceOp op) {
  const std::int64_t sequence = watchdog_.enter_collective({Operation::start_all_reduce, op, values.dtype, 0, bytes_of(values)});
  return std::make_unique<WatchedWork>(inner_.start_all_reduce(values, op), watchdog_, sequence);
}

void WatchedCommunicator::broadcast(Buffer values, int root) {
  const WatchedCall call(watchdog_, {Operation::broadcast, ReduceOp::sum, values.dtype, root, bytes_of(values)});
  inner_.broadcast(values, root);
}

void WatchedCommunicator::all_gather(Buffer in, Buffer out) {
  const WatchedCall call(watchdog_, {Operation::all_gather, ReduceOp::sum, in.dtype, 0, bytes_of(out)});
  inner_.all_gather(in, out);
}

void WatchedCommunicator::reduce_scatter(Buffer in, Buffer out, ReduceOp op) {
  const WatchedCall call(watchdog_, {Operation::reduce_scatter, op, in.dtype, 0, bytes_of(in)});
  inner_.reduce_scatter(in, out, op);
}

void WatchedCommunicator::barrier() {
  const WatchedCall call(watchdog_, {});
  inner_.barrier();
}

void WatchedCommunicator::abort(int exit_code) {
  inner_.abort(exit_code);
  std::_Exit(exit_code); // compilers do not trust a virtual function not to return
}

} // namespace radforge
