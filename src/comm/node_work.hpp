#pragma once

#include "node_reduction.hpp"
#include "radforge/comm/communicator.hpp"

#include <memory>
#include <utility>

namespace radforge {

/// An all-reduce through the memory of a node.
class NodeWork final : public Work {
 public:
  /// `number` as NodeReduction::start() gave it.
  NodeWork(std::shared_ptr<NodeReduction> reduction, std::int64_t number) : reduction_(std::move(reduction)), number_(number) {}
  ~NodeWork() override { reduction_->wait(number_); }
  NodeWork(const NodeWork&) = delete;
  NodeWork& operator=(const NodeWork&) = delete;

  bool done() override { return reduction_->finished(number_); }
  void wait() override { reduction_->wait(number_); }

 private:
  std::shared_ptr<NodeReduction> reduction_;
  std::int64_t number_;
};

} // namespace radforge
