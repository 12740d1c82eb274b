#pragma once

#include "kineto_trace.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace radforge {

/// A step's span is called so, with the step's number behind it: the name that tools know from PyTorch's own profiler.
constexpr std::string_view step_span_prefix = "ProfilerStep#";

/// Where the time of profiled steps went.
struct StepShares {
  std::int64_t num_steps = 0;
  double seconds = 0; ///< of all of them
  /// Kind of span, and seconds in spans of that kind without those inside them; the longest first. A kind is a span's name up to
  /// ':'; steps themselves are "the rest".
  std::vector<std::pair<std::string, double>> kinds;
};

/// Of the spans of the thread that makes the steps, inside steps.
StepShares shares_of(const std::vector<NamedSpan>& spans);

/// "0.412 s a step: compute 80.1 %, collective 15.0 %, the rest 4.9 %"; empty without steps.
std::string describe(const StepShares& shares);

} // namespace radforge
