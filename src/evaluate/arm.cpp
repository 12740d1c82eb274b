#include "arm.hpp"

#include "radforge/core/hash.hpp"
#include "radforge/metrics/resampling.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace radforge {

namespace {

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) {
    sum += value;
  }
  return sum / static_cast<double>(values.size());
}

double deviation_of(const std::vector<double>& values) {
  const double mean = mean_of(values);
  double sum = 0;
  for (const double value : values) {
    sum += (value - mean) * (value - mean);
  }
  return std::sqrt(sum / static_cast<double>(values.size() - 1)); // NaN of one
}

/// Of the models that a draw takes; within `least` and 1, between which all statistics lie.
double drawn_mean(const std::vector<double>& values, const std::vector<std::uint32_t>& counts, double least) {
  if (values.size() == 1) {
    return values.front();
  }
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    sum += counts[i] * values[i];
  }
  const auto num_models = static_cast<double>(values.size());
  const double mean = mean_of(values);
  return std::clamp(mean + std::sqrt(num_models / (num_models - 1)) * (sum / num_models - mean), least, 1.0);
}

/// What the seeds' notes say, each once.
std::string note_of(const Arm& arm, const std::vector<std::vector<Statistic>>& of_models, std::size_t i) {
  std::vector<std::string> notes;
  bool is_of_other_labels = false;
  for (const std::size_t model : arm.models) {
    const Statistic& one = of_models[model][i];
    is_of_other_labels = is_of_other_labels || one.over != of_models[arm.models.front()][i].over;
    const std::string note = std::isnan(one.whole) ? "not estimable for every seed: " + one.note : one.note;
    if (!note.empty() && std::ranges::find(notes, note) == notes.end()) {
      notes.push_back(note);
    }
  }
  if (is_of_other_labels) {
    notes.emplace_back("the seeds' means are over other labels");
  }
  return fmt::format("{}", fmt::join(notes, "; or "));
}

} // namespace

std::vector<Arm> arms_of(const std::vector<EvaluatedModel>& models) {
  std::vector<Arm> arms;
  for (std::size_t i = 0; i < models.size(); ++i) {
    const bool is_named = !models[i].arm.empty();
    const auto found = std::ranges::find_if(arms, [&](const Arm& arm) { return arm.is_named && arm.name == models[i].arm; });
    if (is_named && found != arms.end()) {
      found->models.push_back(i);
    } else {
      arms.push_back({is_named ? models[i].arm : models[i].name, {i}, is_named});
    }
  }
  return arms;
}

std::vector<Statistic> over_seeds(const Arm& arm, const std::vector<std::vector<Statistic>>& of_models, std::int64_t seed) {
  const std::vector<Statistic>& first = of_models[arm.models.front()];
  if (!arm.is_named) {
    return first;
  }
  const std::size_t num_draws = first.empty() ? 0 : first.front().draws.size();
  std::vector<std::vector<std::uint32_t>> counts;
  for (std::size_t draw = 0; draw < num_draws; ++draw) {
    counts.push_back(draw_with_replacement(
        {static_cast<std::uint64_t>(seed), Stream::bootstrap, hash64("arm " + arm.name), static_cast<std::uint32_t>(draw)},
        arm.models.size()));
  }
  std::vector<Statistic> means;
  for (std::size_t i = 0; i < first.size(); ++i) {
    Statistic mean = first[i];
    mean.p_value = std::nan("");
    const auto values = [&](const auto& value) {
      std::vector<double> found;
      for (const std::size_t model : arm.models) {
        found.push_back(value(of_models[model][i]));
      }
      return found;
    };
    const std::vector<double> wholes = values([](const Statistic& one) { return one.whole; });
    mean.whole = mean_of(wholes);
    mean.num_seeds = arm.models.size();
    mean.seed_deviation = deviation_of(wholes);
    const double least = mean.measure == "disparity" ? -1 : 0;
    for (std::size_t draw = 0; draw < num_draws; ++draw) {
      mean.draws[draw] = drawn_mean(values([&](const Statistic& one) { return one.draws[draw]; }), counts[draw], least);
    }
    for (std::size_t block = 0; block < mean.left_out.size(); ++block) {
      mean.left_out[block] = mean_of(values([&](const Statistic& one) { return one.left_out[block]; }));
    }
    mean.note = note_of(arm, of_models, i);
    for (const std::size_t model : arm.models) {
      const Statistic& one = of_models[model][i];
      mean.over = mean.over == one.over ? mean.over : mean.over + one.over; // a mean over other labels is another one
    }
    means.push_back(std::move(mean));
  }
  return means;
}

} // namespace radforge
