#include "traced_communicator.hpp"

#include "radforge/comm/collective.hpp"

#include <ATen/record_function.h>
#include <fmt/core.h>

#include <cstdlib>

namespace radforge {

namespace {

std::int64_t bytes_of(const Buffer& buffer) { return static_cast<std::int64_t>(buffer.bytes()); }

std::string name_of(const Collective& call) { return "collective: " + describe(call); }

class TracedWork final : public Work {
 public:
  TracedWork(std::unique_ptr<Work> inner, SpanLog& spans, const Collective& call, SpanLog::Clock::time_point start)
      : inner_(std::move(inner)), spans_(spans), call_(call), start_(start) {}
  ~TracedWork() override {
    if (!finished_) {
      inner_.reset();
      finish();
    }
  }
  TracedWork(const TracedWork&) = delete;
  TracedWork& operator=(const TracedWork&) = delete;

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
    RECORD_USER_SCOPE("collective: wait for " + describe(call_));
    inner_->wait();
    finish();
  }

 private:
  void finish() {
    finished_ = true;
    spans_.add({"collective",
                fmt::format("all-reduce ({} of {})", name(call_.op), name(call_.dtype)),
                {{"bytes", call_.bytes}},
                start_,
                SpanLog::Clock::now()});
  }

  std::unique_ptr<Work> inner_;
  SpanLog& spans_;
  Collective call_;
  SpanLog::Clock::time_point start_;
  bool finished_ = false;
};

} // namespace

void TracedCommunicator::all_reduce(Buffer values, ReduceOp op) {
  RECORD_USER_SCOPE(name_of({Operation::all_reduce, op, values.dtype, 0, bytes_of(values)}));
  inner_.all_reduce(values, op);
}

std::unique_ptr<Work> TracedCommunicator::start_all_reduce(Buffer values, ReduceOp op) {
  const Collective call{Operation::start_all_reduce, op, values.dtype, 0, bytes_of(values)};
  RECORD_USER_SCOPE(name_of(call));
  const SpanLog::Clock::time_point start = SpanLog::Clock::now();
  return std::make_unique<TracedWork>(inner_.start_all_reduce(values, op), spans_, call, start);
}

void TracedCommunicator::broadcast(Buffer values, int root) {
  RECORD_USER_SCOPE(name_of({Operation::broadcast, ReduceOp::sum, values.dtype, root, bytes_of(values)}));
  inner_.broadcast(values, root);
}

void TracedCommunicator::all_gather(Buffer in, Buffer out) {
  RECORD_USER_SCOPE(name_of({Operation::all_gather, ReduceOp::sum, in.dtype, 0, bytes_of(out)}));
  inner_.all_gather(in, out);
}

void TracedCommunicator::reduce_scatter(Buffer in, Buffer out, ReduceOp op) {
  RECORD_USER_SCOPE(name_of({Operation::reduce_scatter, op, in.dtype, 0, bytes_of(in)}));
  inner_.reduce_scatter(in, out, op);
}

void TracedCommunicator::barrier() {
  RECORD_USER_SCOPE(name_of({}));
  inner_.barrier();
}

void TracedCommunicator::abort(int exit_code) {
  inner_.abort(exit_code);
  std::_Exit(exit_code); // compilers do not trust a virtual function not to return
}

} // namespace radforge
