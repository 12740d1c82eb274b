#pragma once

#include "radforge/comm/communicator.hpp"
#include "radforge/comm/watchdog.hpp"

namespace radforge {

/// A communicator whose collectives the watchdog sees: each is numbered and written down, and waiting for one is the phase
/// `collective`. A started all-reduce is written down when it starts, and waited for in wait().
class WatchedCommunicator final : public Communicator {
 public:
  /// Both outlive this, and the works that were started.
  WatchedCommunicator(Communicator& inner, Watchdog& watchdog) : inner_(inner), watchdog_(watchdog) {}

  int rank() const override { return inner_.rank(); }
  int size() const override { return inner_.size(); }
  void all_reduce(Buffer values, ReduceOp op) override;
  std::unique_ptr<Work> start_all_reduce(Buffer values, ReduceOp op) override;
  void broadcast(Buffer values, int root) override;
  void all_gather(Buffer in, Buffer out) override;
  void reduce_scatter(Buffer in, Buffer out, ReduceOp op) override;
  void barrier() override;
  /// Not watched.
  std::unique_ptr<Communicator> split(int color) override { return inner_.split(color); }
  [[noreturn]] void abort(int exit_code) override;

 private:
  Communicator& inner_;
  Watchdog& watchdog_;
};

} // namespace radforge
