#pragma once

#include "../../src/comm/nccl_library.hpp"
#include "../../src/comm/reduce_values.hpp"
#include "call_script.hpp"
#include "fake_stream.hpp"
#include "fake_wire.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace radforge {

/// How a fake NCCL behaves. Numbers of collectives count from 1; 0 = never.
struct FakeNcclPlan {
  std::string version = "2.28.9";
  bool error_in_set_up = false;
  bool abort_hangs = false; ///< for longer than anybody waits
  std::atomic<int> call_takes_ms{0};
  std::atomic<bool> never_ready{false}; ///< what is in progress stays so
  int num_busy_looks = 2;               ///< after each call it is in progress so often, and only then the stream has the work
  std::atomic<int> error_after{0};      ///< an asynchronous error once this collective was called
  std::atomic<int> stuck_collective{0}; ///< which ends only by an abort
};

/// A non-blocking NCCL that moves data between processes of one machine. It finds fault, in `misuse()`, with calls of two threads
/// at a time, with calls while it is in progress, with handles that are gone and with calls in which signals are not blocked.
class FakeNccl final : public NcclLibrary {
 public:
  FakeNccl(std::shared_ptr<CallScript> script, std::shared_ptr<FakeNcclPlan> plan)
      : script_(std::move(script)), plan_(std::move(plan)) {}
  ~FakeNccl() override {
    for (const NcclId& id : made_) { // of a set-up that failed
      FakeWire::forget(id);
    }
  }
  FakeNccl(const FakeNccl&) = delete;
  FakeNccl& operator=(const FakeNccl&) = delete;

  std::string misuse() const {
    const std::lock_guard lock(mutex_);
    return misuse_;
  }

  std::string version() override {
    script_->call("version");
    return plan_->version;
  }
  NcclId make_id() override {
    script_->call("make_id");
    made_.push_back(FakeWire::make_id());
    return made_.back();
  }
  void* init(const NcclId& id, int rank, int num_ranks) override {
    script_->call("init");
    require_blocked_signals();
    auto link = std::make_shared<Link>(id, rank, num_ranks);
    const std::lock_guard lock(mutex_);
    return links_.emplace(link.get(), link).first->first;
  }

  NcclState state(void* communicator) override {
    const auto link = find(communicator);
    const Visit visit(*this, *link);
    if (plan_->error_in_set_up || (plan_->error_after > 0 && link->num_collectives >= plan_->error_after)) {
      throw CommunicationError("NCCL's background work failed (as told)");
    }
    if (plan_->never_ready || !link->wire.all_attached() || (link->finalizing && !link->finalized())) {
      return NcclState::in_progress;
    }
    if (link->busy_looks > 0) {
      --link->busy_looks;
      return NcclState::in_progress;
    }
    if (link->hand_over) {
      std::exchange(link->hand_over, nullptr)();
    }
    link->busy = false;
    return NcclState::ready;
  }

  void finalize(void* communicator) override {
    const auto link = enter(communicator, "finalize", "");
    const Visit visit(*this, *link);
    link->finalizing = true;
  }
  void destroy(void* communicator) override {
    const auto link = enter(communicator, "destroy", "");
    let_go(communicator);
  }
  void abort(void* communicator) override {
    script_->call("abort");
    const auto link = find(communicator);
    const Visit visit(*this, *link);
    link->wire.call_off();
    link->hand_over = nullptr; // it holds the link
    let_go(communicator);
    if (plan_->abort_hangs) {
      std::this_thread::sleep_for(std::chrono::minutes(1));
    }
  }

  void all_reduce(void* communicator, Buffer values, ReduceOp op, void* stream) override {
    start(communicator, "all_reduce", stream, [=](FakeWire& wire) {
      for_pieces(values.count, values.dtype, [&](std::size_t first, std::size_t count) {
        const Buffer piece = values.slice(first, count);
        return wire.exchange(bytes(piece), piece.bytes(), [&](const FakeWire::Parts& parts) { reduce(parts, piece, op); });
      });
    });
  }
  void broadcast(void* communicator, Buffer values, int root, void* stream) override {
    start(communicator, "broadcast", stream, [=](FakeWire& wire) {
      for_pieces(values.count, values.dtype, [&](std::size_t first, std::size_t count) {
        const Buffer piece = values.slice(first, count);
        return wire.exchange(bytes(piece), piece.bytes(), [&](const FakeWire::Parts& parts) {
          std::memcpy(piece.data, parts[static_cast<std::size_t>(root)], piece.bytes());
        });
      });
    });
  }
  void all_gather(void* communicator, Buffer in, Buffer out, void* stream) override {
    start(communicator, "all_gather", stream, [=](FakeWire& wire) {
      for_pieces(in.count, in.dtype, [&](std::size_t first, std::size_t count) {
        return wire.exchange(bytes(in.slice(first, count)), in.slice(first, count).bytes(), [&](const FakeWire::Parts& parts) {
          for (std::size_t r = 0; r < parts.size(); ++r) {
            const Buffer piece = out.slice(r * in.count + first, count);
            std::memcpy(piece.data, parts[r], piece.bytes());
          }
        });
      });
    });
  }
  void reduce_scatter(void* communicator, Buffer in, Buffer out, ReduceOp op, void* stream) override {
    const int rank = find(communicator)->rank;
    start(communicator, "reduce_scatter", stream, [=](FakeWire& wire) {
      for (std::size_t part = 0; part * out.count < in.count; ++part) {
        for_pieces(out.count, in.dtype, [&](std::size_t first, std::size_t count) {
          const Buffer piece = in.slice(part * out.count + first, count);
          return wire.exchange(bytes(piece), piece.bytes(), [&](const FakeWire::Parts& parts) {
            if (part == static_cast<std::size_t>(rank)) {
              reduce(parts, out.slice(first, count), op);
            }
          });
        });
      }
    });
  }

 private:
  struct Link {
    Link(const NcclId& id, int the_rank, int num_ranks) : rank(the_rank), wire(id, the_rank, num_ranks) {}
    bool finalized() {
      if (num_under_way > 0) {
        return false;
      }
      wire.finish();
      return wire.all_finished();
    }

    int rank;
    FakeWire wire;
    std::atomic<bool> visited{false};
    std::atomic<int> num_under_way{0};
    bool busy = true; ///< from a call until state() said ready; like the rest only for one thread at a time
    int busy_looks = 0;
    int num_collectives = 0;
    bool finalizing = false;
    std::function<void()> hand_over;
  };

  /// Finds two threads at a time.
  class Visit {
   public:
    Visit(FakeNccl& library, Link& link) : link_(link) {
      if (link_.visited.exchange(true)) {
        library.blame("two threads at a time");
      }
      library.require_blocked_signals();
      std::this_thread::sleep_for(std::chrono::milliseconds(library.plan_->call_takes_ms));
    }
    ~Visit() { link_.visited = false; }
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;

   private:
    Link& link_;
  };

  static const std::byte* bytes(const Buffer& buffer) { return static_cast<const std::byte*>(buffer.data); }
  static void reduce(const FakeWire::Parts& parts, const Buffer& out, ReduceOp op) {
    if (parts.size() == 1) {
      std::memcpy(out.data, parts.front(), out.bytes());
    } else {
      reduce_values(parts, out, nullptr, op);
    }
  }
  template <class Use>
  static void for_pieces(std::size_t count, DType dtype, const Use& use) {
    const std::size_t most = FakeWire::kPieceBytes / size_of(dtype);
    for (std::size_t first = 0; first < count; first += most) {
      if (!use(first, std::min(most, count - first))) {
        return;
      }
    }
  }

  void start(void* communicator, const std::string& name, void* stream, std::function<void(FakeWire&)> move) {
    auto* const queue = static_cast<FakeStream*>(stream);
    const auto link = enter(communicator, name, "on " + queue->name());
    const Visit visit(*this, *link);
    if (++link->num_collectives == plan_->stuck_collective) {
      move = [](FakeWire& wire) {
        while (!wire.is_called_off()) {
          std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
      };
    }
    ++link->num_under_way;
    link->hand_over = [link, queue, move = std::move(move)] {
      queue->push([link, move] {
        move(link->wire);
        --link->num_under_way;
      });
    };
  }

  /// A call that may be made only when the library is ready, and after which it is busy.
  std::shared_ptr<Link> enter(void* communicator, const std::string& name, const std::string& detail) {
    script_->call(name, detail);
    auto link = find(communicator);
    if (link->busy) {
      blame(name + " while in progress");
    }
    link->busy = true;
    link->busy_looks = plan_->num_busy_looks;
    return link;
  }
  std::shared_ptr<Link> find(void* communicator) {
    {
      const std::lock_guard lock(mutex_);
      if (const auto found = links_.find(communicator); found != links_.end()) {
        return found->second;
      }
    }
    blame("a handle that is gone");
    throw CommunicationError("a handle that is gone was used");
  }
  /// Threads that NCCL starts would take the signals of the main thread.
  void require_blocked_signals() {
    sigset_t blocked;
    pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
    if (sigismember(&blocked, SIGCONT) == 0) {
      blame("signals are not blocked");
    }
  }
  void let_go(void* communicator) {
    const std::lock_guard lock(mutex_);
    links_.erase(communicator);
  }
  void blame(const std::string& what) {
    const std::lock_guard lock(mutex_);
    misuse_ += what + "; ";
  }

  std::shared_ptr<CallScript> script_;
  std::shared_ptr<FakeNcclPlan> plan_;
  mutable std::mutex mutex_;
  std::map<void*, std::shared_ptr<Link>> links_;
  std::string misuse_;
  std::vector<NcclId> made_;
};

} // namespace radforge
