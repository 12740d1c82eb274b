#include "radforge/evaluate/sweep_plan.hpp"

#include "radforge/core/error.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

namespace radforge {

namespace {

/// A value on each of some axes, by the axes' names.
using Point = std::map<std::string, const SweepValueConfig*>;

std::vector<const SweepAxisConfig*> axes_of(const SweepRunConfig& run, const SweepConfig& config) {
  std::vector<const SweepAxisConfig*> axes;
  for (const std::string& name : run.axes) {
    if (name != "*" && std::ranges::find(config.axes, name, &SweepAxisConfig::name) == config.axes.end()) {
      std::vector<std::string> known;
      std::ranges::transform(config.axes, std::back_inserter(known), &SweepAxisConfig::name);
      throw ConfigError("sweep: run {} has axis '{}' (there are {}) correct it", run.name, name, fmt::join(known, ", "));
    }
  }
  for (const SweepAxisConfig& axis : config.axes) {
    if (std::ranges::any_of(run.axes, [&](const std::string& name) { return name == "*" || name == axis.name; })) {
      axes.push_back(&axis);
    }
  }
  return axes;
}

std::vector<Point> points_of(const std::vector<const SweepAxisConfig*>& axes) {
  std::vector<Point> points{{}};
  for (const SweepAxisConfig* axis : axes) {
    std::vector<Point> more;
    for (const Point& point : points) {
      for (const SweepValueConfig& value : axis->values) {
        more.push_back(point);
        more.back()[axis->name] = &value;
      }
    }
    points = std::move(more);
  }
  return points;
}

std::string name_of(const SweepRunConfig& run, const std::vector<const SweepAxisConfig*>& axes, const Point& point) {
  std::string name = run.name;
  for (const SweepAxisConfig* axis : axes) {
    name += "-" + point.at(axis->name)->name;
  }
  return name;
}

// What stands in braces, if it is a word, is replaced: "{a: 1}" is YAML.
std::string filled_in(const std::string& text, const std::map<std::string, std::string>& words, const std::string& run) {
  std::string result;
  std::size_t place = 0;
  for (std::size_t open = text.find('{'); open != std::string::npos; open = text.find('{', place)) {
    const std::size_t close = text.find('}', open);
    const std::string word = close == std::string::npos ? "" : text.substr(open + 1, close - open - 1);
    if (word.empty() || word.find_first_of(": ,{") != std::string::npos) {
      result += text.substr(place, open + 1 - place);
      place = open + 1;
      continue;
    }
    const auto found = words.find(word);
    if (found == words.end()) {
      std::vector<std::string> known;
      std::ranges::transform(words, std::back_inserter(known), [](const auto& item) { return item.first; });
      throw ConfigError("sweep: run {} sets '{}' ({{{}}} is not known; there are {}) correct it", run, text, word,
                        fmt::join(known, ", "));
    }
    result += text.substr(place, open - place) + found->second;
    place = close + 1;
  }
  return result + text.substr(place);
}

void refuse_circles(const std::vector<SweepRun>& runs) {
  for (const SweepRun& run : runs) {
    std::size_t length = 0;
    for (auto before = run.after; before; before = runs[*before].after) {
      if (++length > runs.size()) {
        throw ConfigError("sweep: run {} waits for itself (its `after` leads back to it) break the circle", run.name);
      }
    }
  }
}

} // namespace

std::vector<SweepRun> plan_sweep(const SweepConfig& config, const std::filesystem::path& sweep) {
  std::map<std::string, std::size_t> place_of;
  std::vector<SweepRun> runs;
  for (const SweepRunConfig& entry : config.runs) { // names first: a run may wait for one further down
    const auto axes = axes_of(entry, config);
    for (const Point& point : points_of(axes)) {
      const std::string name = name_of(entry, axes, point);
      if (!place_of.emplace(name, runs.size()).second) {
        throw ConfigError("sweep: two runs have the name {} (each has a folder of its own) rename one", name);
      }
      runs.push_back({.name = name,
                      .entry = entry.name,
                      .values = {},
                      .config = entry.config,
                      .overrides = config.set,
                      .output = sweep / name,
                      .after = {}});
      for (const SweepAxisConfig* axis : axes) {
        runs.back().values[axis->name] = point.at(axis->name)->name;
      }
    }
  }
  std::size_t place = 0;
  for (const SweepRunConfig& entry : config.runs) {
    const auto axes = axes_of(entry, config);
    const auto before = std::ranges::find(config.runs, entry.after, &SweepRunConfig::name);
    if (!entry.after.empty() && before == config.runs.end()) {
      throw ConfigError("sweep: run {} comes after '{}' (there is no such run) correct it", entry.name, entry.after);
    }
    for (const Point& point : points_of(axes)) {
      SweepRun& run = runs[place++];
      std::map<std::string, std::string> words = run.values;
      words["sweep"] = sweep.string();
      if (!entry.after.empty()) {
        const auto their_axes = axes_of(*before, config);
        for (const SweepAxisConfig* axis : their_axes) {
          if (!point.contains(axis->name)) {
            throw ConfigError("sweep: run {} comes after {} and lacks its axis {} (which of them is meant is open) add the axis",
                              entry.name, entry.after, axis->name);
          }
        }
        run.after = place_of.at(name_of(*before, their_axes, point));
        words["after"] = runs[*run.after].output.string();
      }
      for (const SweepAxisConfig* axis : axes) {
        const SweepValueConfig& value = *point.at(axis->name);
        if (!axis->key.empty()) {
          run.overrides.push_back(axis->key + "=" + value.name);
        }
        run.overrides.insert(run.overrides.end(), value.set.begin(), value.set.end());
      }
      run.overrides.insert(run.overrides.end(), entry.set.begin(), entry.set.end());
      for (std::string& text : run.overrides) {
        text = filled_in(text, words, run.name);
      }
    }
  }
  refuse_circles(runs);
  return runs;
}

std::vector<double> chain_costs(const std::vector<SweepRun>& runs, const std::vector<double>& costs) {
  std::vector<double> chains(runs.size());
  // Each run tells those before it what stands behind them.
  for (std::size_t i = 0; i < runs.size(); ++i) {
    double behind = costs[i];
    chains[i] = std::max(chains[i], behind);
    for (auto before = runs[i].after; before; before = runs[*before].after) {
      behind += costs[*before];
      chains[*before] = std::max(chains[*before], behind);
    }
  }
  return chains;
}

std::vector<int> share_out(const std::vector<SweepRun>& runs, const std::vector<double>& costs, int num_parts) {
  std::vector<std::size_t> root_of(runs.size());
  std::map<std::size_t, double> cost_of_root;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    root_of[i] = i;
    while (runs[root_of[i]].after) {
      root_of[i] = *runs[root_of[i]].after;
    }
    cost_of_root[root_of[i]] += costs[i];
  }
  std::vector<std::size_t> roots;
  std::ranges::transform(cost_of_root, std::back_inserter(roots), [](const auto& item) { return item.first; });
  std::ranges::stable_sort(roots, std::greater(), [&](std::size_t root) { return cost_of_root.at(root); });
  std::vector<double> load(static_cast<std::size_t>(num_parts));
  std::vector<double> num_unknown(static_cast<std::size_t>(num_parts)); // chains of unknown cost, which are dealt out evenly
  std::map<std::size_t, int> part_of_root;
  for (const std::size_t root : roots) {
    const double cost = cost_of_root.at(root);
    std::vector<double>& of_parts = cost > 0 ? load : num_unknown;
    const auto least = std::ranges::min_element(of_parts);
    *least += cost > 0 ? cost : 1;
    part_of_root[root] = static_cast<int>(least - of_parts.begin());
  }
  std::vector<int> parts;
  std::ranges::transform(root_of, std::back_inserter(parts), [&](std::size_t root) { return part_of_root.at(root); });
  return parts;
}

} // namespace radforge
