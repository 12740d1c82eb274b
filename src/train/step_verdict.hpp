#pragma once

#include "radforge/comm/communicator.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace radforge {

/// What a rank says of itself at the end of a step.
struct StepReport {
  bool finite = true; ///< its losses and the gradient's norm
  bool stop_requested = false;
  bool save_due = false;     ///< by the clock
  bool save_written = false; ///< its part in the checkpoint under way is over, well or not
  bool save_failed = false;
};

/// What all ranks know alike of a step.
struct StepVerdict {
  bool finite = true;
  bool stop = false;
  bool save_due = false;
  bool all_written = false;
  bool save_failed = false;
  double loss = 0;          ///< of the global batch
  std::vector<double> sums; ///< of the task, likewise
};

/// One small reduction a step: a decision that depends on one rank's numbers is taken by all. Numbers of parts have a slot each,
/// and are added up in the order of slots on every rank.
class StepExchange {
 public:
  /// `num_slots`: parts of the global batch whose sums are told apart; `num_sums`: Task::num_sums().
  StepExchange(Communicator& ranks, std::size_t num_slots, std::size_t num_sums);

  void begin_step();
  void add(std::size_t slot, double loss, const std::vector<double>& sums);
  /// Losses that were added so far are numbers.
  bool losses_are_finite() const;
  StepVerdict agree(const StepReport& report);

 private:
  static constexpr std::size_t num_flags = 5;

  Communicator& ranks_;
  std::size_t num_slots_;
  std::size_t num_sums_;
  std::vector<double> message_;
};

} // namespace radforge
