#include "radforge/generate/check_rates.hpp"

#include "radforge/io/csv.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

namespace radforge {

CheckRates::CheckRates(const GenerationPlan& plan, std::int64_t num_attempts)
    : plan_(plan), cells_(plan.cohort().cells().size(), {std::vector<std::int64_t>(static_cast<std::size_t>(num_attempts)), 0}) {}

void CheckRates::add(const SampleRecord& record) {
  Cell& cell = cells_[plan_.cell_of(record.id)];
  if (record.status == "ok") {
    ++cell.passed.at(static_cast<std::size_t>(record.attempt));
  } else {
    ++cell.num_rejected;
  }
}

std::array<std::string, 5> CheckRates::names_of(std::size_t cell) const {
  const CohortCell& of = plan_.cohort().cells()[cell];
  std::vector<std::string> findings;
  for (const std::size_t finding : of.findings) {
    findings.push_back(plan_.cohort().findings()[finding]);
  }
  return {of.sex, of.age_group, of.race, of.view, fmt::format("{}", fmt::join(findings, " + "))};
}

std::string CheckRates::csv() const {
  std::string text = "sex,age_group,race,view,findings,planned";
  for (std::size_t attempt = 0; attempt < cells_.front().passed.size(); ++attempt) {
    text += fmt::format(",passed_{}", attempt);
  }
  text += ",rejected\n";
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    for (const std::string& name : names_of(i)) {
      text += csv_field(name) + ",";
    }
    text +=
        fmt::format("{},{},{}\n", plan_.cohort().cells()[i].num_images, fmt::join(cells_[i].passed, ","), cells_[i].num_rejected);
  }
  return text;
}

std::vector<std::string> CheckRates::summary() const {
  std::vector<std::int64_t> passed(cells_.front().passed.size());
  std::int64_t rejected = 0;
  for (const Cell& cell : cells_) {
    std::ranges::transform(passed, cell.passed, passed.begin(), std::plus());
    rejected += cell.num_rejected;
  }
  std::int64_t tried = std::accumulate(passed.begin(), passed.end(), rejected);
  const std::int64_t all = tried;
  std::vector<std::string> lines;
  for (std::size_t attempt = 0; attempt < passed.size() && tried > 0; ++attempt) {
    lines.push_back(fmt::format("attempt {}: {} of {} images pass their check ({:.1f} %)", attempt, passed[attempt], tried,
                                100.0 * static_cast<double>(passed[attempt]) / static_cast<double>(tried)));
    tried -= passed[attempt];
  }
  if (rejected > 0) {
    const auto worst = std::ranges::max_element(cells_, {}, &Cell::num_rejected);
    const auto number = static_cast<std::size_t>(worst - cells_.begin());
    std::string names;
    for (const std::string& name : names_of(number)) {
      names += names.empty() || name.empty() ? name : " " + name;
    }
    lines.push_back(fmt::format("{} of {} rows are rejected; most of one combination: {} of {} ({})", rejected, all,
                                worst->num_rejected, plan_.cohort().cells()[number].num_images, names));
  }
  return lines;
}

} // namespace radforge
