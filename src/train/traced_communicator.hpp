#pragma once

#include "radforge/comm/communicator.hpp"
#include "radforge/core/span_log.hpp"

namespace radforge {

/// A communicator whose collectives a profile shows: what this rank spends in them is a named span, "collective: ..." with the
/// bytes, and a started all-reduce also a span in the log, from its start until it was seen to be done.
class TracedCommunicator final : public Communicator {
 public:
  /// Both outlive this, and the works that were started.
  TracedCommunicator(Communicator& inner, SpanLog& spans) : inner_(inner), spans_(spans) {}

  int rank() const override { return inner_.rank(); }
  int size() const override { return inner_.size(); }
  void all_reduce(Buffer values, ReduceOp op) override;
  std::unique_ptr<Work> start_all_reduce(Buffer values, ReduceOp op) override;
  void broadcast(Buffer values, int root) override;
  void all_gather(Buffer in, Buffer out) override;
  void reduce_scatter(Buffer in, Buffer out, ReduceOp op) override;
  void barrier() override;
  /// Not traced.
  std::unique_ptr<Communicator> split(int color) override { return inner_.split(color); }
  [[noreturn]] void abort(int exit_code) override;

 private:
  Communicator& inner_;
  SpanLog& spans_;
};

} // namespace radforge
