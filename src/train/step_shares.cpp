#include "step_shares.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <tuple>

namespace radforge {

namespace {

bool is_step(const NamedSpan& span) { return span.name.starts_with(step_span_prefix); }

std::string kind_of(const NamedSpan& span) { return is_step(span) ? "the rest" : span.name.substr(0, span.name.find(':')); }

std::int64_t end_of(const NamedSpan& span) { return span.start_ns + span.duration_ns; }

} // namespace

StepShares shares_of(const std::vector<NamedSpan>& spans) {
  StepShares shares;
  const auto step = std::ranges::find_if(spans, is_step);
  if (step == spans.end()) {
    return shares;
  }
  std::vector<NamedSpan> mine;
  std::ranges::copy_if(spans, std::back_inserter(mine), [&](const NamedSpan& span) { return span.thread == step->thread; });
  std::ranges::sort(mine, {}, [](const NamedSpan& span) { return std::tuple(span.start_ns, -span.duration_ns, !is_step(span)); });

  std::map<std::string, std::int64_t> own_ns;
  std::vector<const NamedSpan*> open; // each inside the one before; the first is a step
  for (const NamedSpan& span : mine) {
    while (!open.empty() && end_of(*open.back()) <= span.start_ns) {
      open.pop_back();
    }
    if (is_step(span)) {
      ++shares.num_steps;
      shares.seconds += static_cast<double>(span.duration_ns) * 1e-9;
    } else if (open.empty()) {
      continue; // between steps
    } else {
      own_ns[kind_of(*open.back())] -= span.duration_ns;
    }
    own_ns[kind_of(span)] += span.duration_ns;
    open.push_back(&span);
  }
  for (const auto& [kind, ns] : own_ns) {
    shares.kinds.emplace_back(kind, static_cast<double>(ns) * 1e-9);
  }
  std::ranges::stable_sort(shares.kinds, std::greater<>(), [](const auto& kind) { return kind.second; });
  return shares;
}

std::string describe(const StepShares& shares) {
  if (shares.num_steps == 0) {
    return {};
  }
  std::vector<std::string> parts;
  for (const auto& [kind, seconds] : shares.kinds) {
    parts.push_back(fmt::format("{} {:.1f} %", kind, 100 * seconds / shares.seconds));
  }
  return fmt::format("{:.3f} s a step: {}", shares.seconds / static_cast<double>(shares.num_steps), fmt::join(parts, ", "));
}

} // namespace radforge
