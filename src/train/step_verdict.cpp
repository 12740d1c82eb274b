#include "step_verdict.hpp"

#include <algorithm>
#include <cmath>
#include <span>

namespace radforge {

StepExchange::StepExchange(Communicator& ranks, std::size_t num_slots, std::size_t num_sums)
    : ranks_(ranks), num_slots_(num_slots), num_sums_(num_sums), message_(num_flags + num_slots * (1 + num_sums)) {}

void StepExchange::begin_step() { std::fill(message_.begin(), message_.end(), 0.0); }

void StepExchange::add(std::size_t slot, double loss, const std::vector<double>& sums) {
  double* values = message_.data() + num_flags + slot * (1 + num_sums_);
  values[0] += loss;
  for (std::size_t i = 0; i < num_sums_; ++i) {
    values[1 + i] += sums[i];
  }
}

bool StepExchange::losses_are_finite() const {
  return std::all_of(message_.begin() + num_flags, message_.end(), [](double value) { return std::isfinite(value); });
}

StepVerdict StepExchange::agree(const StepReport& report) {
  message_[0] = report.finite ? 0 : 1;
  message_[1] = report.stop_requested ? 1 : 0;
  message_[2] = report.save_due ? 1 : 0;
  message_[3] = report.save_written ? 1 : 0;
  message_[4] = report.save_failed ? 1 : 0;
  ranks_.all_reduce(buffer_of(std::span<double>(message_)), ReduceOp::sum);
  StepVerdict verdict{.finite = message_[0] == 0,
                      .stop = message_[1] > 0,
                      .save_due = message_[2] > 0,
                      .all_written = message_[3] == ranks_.size(),
                      .save_failed = message_[4] > 0,
                      .sums = std::vector<double>(num_sums_)};
  for (std::size_t slot = 0; slot < num_slots_; ++slot) {
    const double* values = message_.data() + num_flags + slot * (1 + num_sums_);
    verdict.loss += values[0];
    for (std::size_t i = 0; i < num_sums_; ++i) {
      verdict.sums[i] += values[1 + i];
    }
  }
  return verdict;
}

} // namespace radforge
