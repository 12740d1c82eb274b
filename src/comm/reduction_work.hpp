#pragma once

#include "radforge/comm/communicator.hpp"
#include "radforge/core/error.hpp"
#include "reduction.hpp"

#include <memory>
#include <utility>

namespace radforge {

/// A message of a Reduction.
class ReductionWork final : public Work {
 public:
  /// `number` as Reduction::start() gave it.
  ReductionWork(std::shared_ptr<Reduction> reduction, std::int64_t number) : reduction_(std::move(reduction)), number_(number) {}
  ~ReductionWork() override {
    try {
      reduction_->wait(number_);
    } catch (const CommunicationError&) {
      // An exception may be passing already. This one is not lost: the next collective on the communicator meets it again.
    }
  }
  ReductionWork(const ReductionWork&) = delete;
  ReductionWork& operator=(const ReductionWork&) = delete;

  bool done() override { return reduction_->finished(number_); }
  void wait() override { reduction_->wait(number_); }

 private:
  std::shared_ptr<Reduction> reduction_;
  std::int64_t number_;
};

} // namespace radforge
