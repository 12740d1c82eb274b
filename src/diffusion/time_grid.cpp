#include "time_grid.hpp"

#include "radforge/core/error.hpp"

#include <algorithm>
#include <functional>

namespace radforge {

namespace {

enum class Rounding { none, to_whole };

// Descending. Halves are rounded to even, as numpy does it.
std::vector<double> spaced_timesteps(const SamplerSettings& settings, std::int64_t num_timesteps, std::int64_t count,
                                     Rounding rounding) {
  const auto total = static_cast<double>(num_timesteps);
  std::vector<double> timesteps;
  for (std::int64_t i = 0; i < count; ++i) {
    double timestep = 0;
    if (settings.timestep_spacing == "leading") {
      timestep = static_cast<double>((count - 1 - i) * (num_timesteps / count) + settings.steps_offset);
    } else if (settings.timestep_spacing == "trailing") {
      timestep = std::nearbyint(total - static_cast<double>(i) * (total / static_cast<double>(count))) - 1;
    } else if (settings.timestep_spacing == "linspace") {
      timestep = count == 1 ? 0 : static_cast<double>(count - 1 - i) * ((total - 1) / static_cast<double>(count - 1));
      timestep = rounding == Rounding::to_whole ? std::nearbyint(timestep) : timestep;
    } else {
      throw ConfigError("sampler.timestep_spacing '{}' is not known (there are leading, trailing and linspace)",
                        settings.timestep_spacing);
    }
    timesteps.push_back(timestep);
  }
  return timesteps;
}

std::vector<double> checked(std::vector<double> timesteps, std::int64_t num_timesteps) {
  const bool falling = std::adjacent_find(timesteps.begin(), timesteps.end(), std::less_equal<>()) == timesteps.end();
  if (timesteps.empty() || !falling || timesteps.back() < 0 || timesteps.front() > static_cast<double>(num_timesteps - 1)) {
    throw ConfigError("sampler.steps is {} (the model was trained with {} timesteps, which do not suffice). Give fewer",
                      timesteps.size(), num_timesteps);
  }
  return timesteps;
}

std::vector<double> whole_timesteps(const NoiseSchedule& schedule, const SamplerSettings& settings) {
  return checked(spaced_timesteps(settings, schedule.num_timesteps(), settings.steps, Rounding::to_whole),
                 schedule.num_timesteps());
}

// rho = 7 (Karras et al. 2022, equation 5).
std::vector<double> karras_ratios(double highest, double lowest, std::int64_t count) {
  const double first = std::pow(highest, 1.0 / 7);
  const double last = std::pow(lowest, 1.0 / 7);
  std::vector<double> ratios;
  for (std::int64_t i = 0; i < count; ++i) {
    const double ramp = count == 1 ? 0 : static_cast<double>(i) / static_cast<double>(count - 1);
    ratios.push_back(std::pow(first + ramp * (last - first), 7));
  }
  return ratios;
}

std::vector<SamplerStep> chained(const std::vector<NoiseLevel>& levels) {
  std::vector<SamplerStep> steps;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    steps.push_back({levels[i], i + 1 < levels.size() ? levels[i + 1] : NoiseLevel{}});
  }
  return steps;
}

std::vector<NoiseLevel> finite_levels(const NoiseSchedule& schedule, const std::vector<double>& timesteps) {
  std::vector<NoiseLevel> levels;
  std::transform(timesteps.begin(), timesteps.end(), std::back_inserter(levels),
                 [&](double timestep) { return schedule.finite_level(timestep); });
  return levels;
}

std::vector<NoiseLevel> karras_levels(const NoiseSchedule& schedule, const NoiseLevel& highest, const NoiseLevel& lowest,
                                      std::int64_t count) {
  std::vector<NoiseLevel> levels;
  for (const double ratio : karras_ratios(highest.ratio(), lowest.ratio(), count)) {
    levels.push_back(schedule.level_of_ratio(ratio));
  }
  return levels;
}

} // namespace

std::vector<SamplerStep> chained_steps(const NoiseSchedule& schedule, const SamplerSettings& settings) {
  std::vector<NoiseLevel> levels;
  for (const double timestep : whole_timesteps(schedule, settings)) {
    levels.push_back(schedule.level(static_cast<std::int64_t>(timestep)));
  }
  return chained(levels);
}

std::vector<SamplerStep> strided_steps(const NoiseSchedule& schedule, const SamplerSettings& settings) {
  const NoiseLevel last = settings.set_alpha_to_one ? NoiseLevel{} : schedule.level(0);
  std::vector<SamplerStep> steps;
  for (const double timestep : whole_timesteps(schedule, settings)) {
    const auto from = static_cast<std::int64_t>(timestep);
    const std::int64_t to = from - schedule.num_timesteps() / settings.steps;
    steps.push_back({schedule.level(from), to >= 0 ? schedule.level(to) : last});
  }
  return steps;
}

std::vector<SamplerStep> pseudo_steps(const NoiseSchedule& schedule, const SamplerSettings& settings) {
  std::vector<SamplerStep> steps = strided_steps(schedule, settings);
  if (steps.size() > 1) {
    const NoiseLevel second = steps[1].from;
    const std::int64_t start = static_cast<std::int64_t>(second.timestep) + schedule.num_timesteps() / settings.steps;
    steps.insert(steps.begin() + 1, {schedule.level(start), second});
  }
  return steps;
}

std::vector<SamplerStep> ratio_steps(const NoiseSchedule& schedule, const SamplerSettings& settings) {
  const std::vector<NoiseLevel> levels =
      finite_levels(schedule, checked(spaced_timesteps(settings, schedule.num_timesteps(), settings.steps, Rounding::none),
                                      schedule.num_timesteps()));
  return chained(settings.karras_sigmas ? karras_levels(schedule, levels.front(), levels.back(), settings.steps) : levels);
}

std::vector<SamplerStep> multistep_steps(const NoiseSchedule& schedule, const SamplerSettings& settings) {
  const std::int64_t count = schedule.num_timesteps();
  if (settings.karras_sigmas) {
    const double last = static_cast<double>(count - 1);
    std::vector<NoiseLevel> levels =
        karras_levels(schedule, schedule.finite_level(last), schedule.finite_level(0), settings.steps);
    for (NoiseLevel& level : levels) {
      level.timestep = std::nearbyint(level.timestep);
    }
    return chained(levels);
  }
  const bool trailing = settings.timestep_spacing == "trailing";
  std::vector<double> timesteps = spaced_timesteps(settings, count, settings.steps + (trailing ? 0 : 1), Rounding::to_whole);
  if (!trailing) {
    timesteps.pop_back();
  }
  return chained(finite_levels(schedule, checked(std::move(timesteps), count)));
}

std::vector<double> timesteps_of(const std::vector<SamplerStep>& steps) {
  std::vector<double> timesteps;
  std::transform(steps.begin(), steps.end(), std::back_inserter(timesteps),
                 [](const SamplerStep& step) { return step.from.timestep; });
  return timesteps;
}

double ratio_start(const std::vector<SamplerStep>& steps, const SamplerSettings& settings) {
  const double ratio = steps.front().from.ratio();
  return settings.timestep_spacing == "leading" ? std::sqrt(ratio * ratio + 1) : ratio;
}

} // namespace radforge
