#include "radforge/generate/generation_plan.hpp"

#include "apportion.hpp"
#include "impressions.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"
#include "radforge/core/philox.hpp"
#include "radforge/data/prompt.hpp"
#include "radforge/io/csv.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>

namespace radforge {

namespace {

constexpr std::uint32_t age_draw = 0;
constexpr std::uint32_t impression_draw = 1;

std::vector<std::uint32_t> cells_in_order(const Cohort& cohort) {
  std::vector<std::int64_t> counts;
  std::ranges::transform(cohort.cells(), std::back_inserter(counts), &CohortCell::num_images);
  return interleave(counts);
}

} // namespace

GenerationPlan::GenerationPlan(const GenerateConfig& config)
    : seed_(static_cast<std::uint64_t>(config.seed)), prompt_template_(config.prompt), cohort_(config.cohort),
      cell_of_(cells_in_order(cohort_)) {
  for (const CohortCell& cell : cohort_.cells()) {
    std::vector<std::string>& names = findings_of_cells_.emplace_back();
    for (const std::size_t number : cell.findings) {
      names.push_back(cohort_.findings()[number]);
    }
    std::ranges::sort(names);
  }
  if (config.cohort.impressions.empty()) {
    return;
  }
  impressions_ = std::make_unique<const Impressions>(config.cohort.impressions);
  for (std::size_t i = 0; i < findings_of_cells_.size(); ++i) {
    if (cohort_.cells()[i].num_images > 0 && !impressions_->has(findings_of_cells_[i])) {
      throw DataError(
          "{} has no text with the findings {} (the cohort plans images of them) add one, or leave these findings out",
          config.cohort.impressions, fmt::join(findings_of_cells_[i], " + "));
    }
  }
}

GenerationPlan::~GenerationPlan() = default;
GenerationPlan::GenerationPlan(GenerationPlan&&) noexcept = default;

SampleRecord GenerationPlan::record(std::int64_t id, std::int64_t spare) const {
  const std::size_t number = cell_of(id);
  const CohortCell& cell = cohort_.cells()[number];
  const std::int64_t drawn_as = id + spare * num_images();
  const RandomKey key{seed_, Stream::cohort, static_cast<std::uint64_t>(drawn_as), age_draw};
  SampleRecord record;
  record.id = id;
  record.source = fmt::format("synthetic/{}", drawn_as);
  record.sex = cell.sex;
  record.age_group = cell.age_group;
  record.age = static_cast<float>(cell.youngest + uniform_below(key, cell.oldest - cell.youngest + 1));
  record.race = cell.race;
  record.view = cell.view;
  record.findings.assign(cohort_.findings().size(), 0);
  for (const std::size_t finding : cell.findings) {
    record.findings[finding] = 1;
  }
  std::string_view impression;
  if (impressions_) {
    // A draw and no turn: taking turns in step with the cells would give some texts to one sex alone.
    impression = impressions_->draw(findings_of_cells_[number], {seed_, Stream::cohort, key.id, impression_draw});
  }
  record.prompt = render_prompt(prompt_template_, record, impression, cohort_.findings()).text;
  return record;
}

void GenerationPlan::write_csv(const std::filesystem::path& path) const {
  std::string text = "id,sex,age,age_group,race,view";
  for (const std::string& finding : cohort_.findings()) {
    text += "," + csv_field(finding);
  }
  text += ",prompt\n";
  for (std::int64_t id = 0; id < num_images(); ++id) {
    const SampleRecord record = this->record(id);
    text += fmt::format("{},{},{:.0f},{},{},{}", record.id, csv_field(record.sex), record.age, csv_field(record.age_group),
                        csv_field(record.race), csv_field(record.view));
    for (const std::int8_t finding : record.findings) {
      text += fmt::format(",{}", finding);
    }
    text += "," + csv_text(record.prompt) + "\n";
  }
  write_file_atomically(path, text);
}

} // namespace radforge
