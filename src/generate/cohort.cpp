#include "radforge/generate/cohort.hpp"

#include "apportion.hpp"
#include "findings_list.hpp"

#include "radforge/core/error.hpp"
#include "radforge/data/dataset.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <tuple>

namespace radforge {

namespace {

struct AgeRange {
  std::uint32_t youngest = 0;
  std::uint32_t oldest = 0;
};

constexpr std::uint32_t oldest_age = 94; // of "80+": above it training data have hardly anyone

// "40-59" or "80+".
AgeRange age_range_of(const std::string& group) {
  const auto number = [&group](std::size_t first, std::size_t last) {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(group.data() + first, group.data() + last, value);
    return error == std::errc() && end == group.data() + last ? std::optional(value) : std::nullopt;
  };
  const std::size_t middle = group.find_first_of("-+");
  if (middle != std::string::npos) {
    const std::optional<std::uint32_t> youngest = number(0, middle);
    const std::optional<std::uint32_t> oldest = group[middle] == '-'
                                                    ? number(middle + 1, group.size())
                                                    : (middle + 1 == group.size() ? std::optional(oldest_age) : std::nullopt);
    if (youngest && oldest && *youngest <= *oldest) {
      return {*youngest, *oldest};
    }
  }
  throw ConfigError("cohort.age_groups: '{}' is not a group of ages. Write it as 40-59 or 80+", group);
}

/// What tells a cell from the others.
using CellKey = std::tuple<std::string, std::string, std::string, std::string, std::vector<std::size_t>>;

CellKey key_of(const CohortCell& cell) { return {cell.sex, cell.age_group, cell.race, cell.view, cell.findings}; }

/// The cell that a real image would be of, by what the cohort speaks of.
CellKey key_of(const SampleRecord& record, const std::vector<std::optional<std::size_t>>& columns, bool has_races) {
  std::vector<std::size_t> findings;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i] && record.findings[*columns[i]] == 1) {
      findings.push_back(i);
    }
  }
  return {record.sex, record.age_group, has_races ? record.race : "", record.view, findings};
}

std::vector<double> counts_in(const std::string& folder, const std::vector<CohortCell>& cells,
                              const std::vector<std::string>& findings, bool has_races, std::vector<std::string>& notes) {
  const Dataset dataset(folder);
  std::vector<std::optional<std::size_t>> columns;
  for (const std::string& finding : findings) {
    const auto found = std::ranges::find(dataset.schema().findings, finding);
    if (found == dataset.schema().findings.end()) {
      throw ConfigError("cohort.findings names {}, and {} has no such finding (there are {}) take its names", finding, folder,
                        fmt::join(dataset.schema().findings, ", "));
    }
    columns.emplace_back(static_cast<std::size_t>(found - dataset.schema().findings.begin()));
  }
  std::map<CellKey, std::size_t> numbers;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    numbers[key_of(cells[i])] = i;
  }
  std::vector<double> counts(cells.size());
  std::size_t num_outside = 0;
  const std::vector<std::int64_t> ids = dataset.select({.dataset = folder}, "train");
  for (const std::int64_t id : ids) {
    const auto found = numbers.find(key_of(dataset.record(id), columns, has_races));
    if (found == numbers.end()) {
      ++num_outside;
    } else {
      ++counts[found->second];
    }
  }
  if (num_outside == ids.size()) {
    throw DataError(
        "{}: none of its {} training images is of any cell of the cohort (sex, age group, race, view and findings must "
        "all be among those listed) list what it has",
        folder, ids.size());
  }
  if (num_outside > 0) {
    notes.push_back(fmt::format("{} of {} training images of {} are of no cell of the cohort and do not count", num_outside,
                                ids.size(), folder));
  }
  return counts;
}

bool matches(const CellWeightConfig& rule, const CohortCell& cell, const std::vector<std::size_t>& findings) {
  return (rule.sex.empty() || rule.sex == cell.sex) && (rule.age_group.empty() || rule.age_group == cell.age_group) &&
         (rule.race.empty() || rule.race == cell.race) && (rule.view.empty() || rule.view == cell.view) &&
         (rule.findings.empty() || findings == cell.findings);
}

std::vector<std::size_t> numbers_of(const std::string& text, const std::vector<std::string>& names) {
  std::vector<std::size_t> numbers;
  for (const std::string& name : findings_list(text)) {
    numbers.push_back(static_cast<std::size_t>(std::ranges::find(names, name) - names.begin()));
  }
  std::ranges::sort(numbers);
  return numbers;
}

} // namespace

Cohort::Cohort(const CohortConfig& config) {
  add_cells(config);
  const std::vector<std::int64_t> counts = apportion(config.num_images, shares(config));
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    cells_[i].num_images = counts[i];
  }
  const auto empty = std::ranges::count(counts, 0);
  if (empty > 0) {
    notes_.push_back(fmt::format("{} of {} combinations of the cohort get no image", empty, counts.size()));
  }
}

void Cohort::add_cells(const CohortConfig& config) {
  for (const std::string& text : config.findings) {
    for (const std::string& name : findings_list(text)) {
      if (std::ranges::find(findings_, name) == findings_.end()) {
        findings_.push_back(name);
      }
    }
  }
  const std::vector<std::string> races = config.races.empty() ? std::vector<std::string>{""} : config.races;
  for (const std::string& findings : config.findings) {
    for (const std::string& view : config.views) {
      for (const std::string& race : races) {
        for (const std::string& group : config.age_groups) {
          for (const std::string& sex : config.sexes) {
            const AgeRange ages = age_range_of(group);
            cells_.push_back({.sex = sex,
                              .age_group = group,
                              .youngest = ages.youngest,
                              .oldest = ages.oldest,
                              .race = race,
                              .view = view,
                              .findings = numbers_of(findings, findings_)});
          }
        }
      }
    }
  }
}

std::vector<double> Cohort::shares(const CohortConfig& config) {
  std::vector<double> shares(cells_.size(), 1);
  if (!config.dataset.empty()) {
    shares = counts_in(config.dataset, cells_, findings_, !config.races.empty(), notes_);
  }
  for (const CellWeightConfig& rule : config.weights) {
    const std::vector<std::size_t> findings =
        rule.findings.empty() ? std::vector<std::size_t>() : numbers_of(rule.findings, findings_);
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      shares[i] *= matches(rule, cells_[i], findings) ? rule.weight : 1;
    }
  }
  if (std::ranges::all_of(shares, [](double share) { return share == 0; })) {
    throw ConfigError("cohort.weights leaves out every combination (nothing would be made) give one a weight above 0");
  }
  return shares;
}

} // namespace radforge
