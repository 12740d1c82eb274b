#include "radforge/generate/generation_plan.hpp"

#include "radforge/core/error.hpp"
#include "radforge/core/philox.hpp"
#include "radforge/data/prompt.hpp"
#include "radforge/io/csv.hpp"

#include <charconv>
#include <optional>

namespace radforge {

namespace {

struct AgeRange {
  std::uint32_t youngest = 0;
  std::uint32_t oldest = 0;
};

constexpr std::uint32_t oldest_age = 94; // of "80+": the oldest in the demonstration's training data

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

} // namespace

GenerationPlan::GenerationPlan(const GenerateConfig& config) : findings_(config.cohort.findings) {
  const CohortConfig& cohort = config.cohort;
  std::vector<AgeRange> ages;
  for (const std::string& group : cohort.age_groups) {
    ages.push_back(age_range_of(group));
  }
  for (std::int64_t id = 0; id < cohort.num_images; ++id) {
    // The combination's number, taken apart as digits of mixed base.
    auto rest = static_cast<std::size_t>(id);
    const auto next = [&rest](std::size_t base) {
      const std::size_t digit = rest % base;
      rest /= base;
      return digit;
    };
    const std::size_t sex = next(cohort.sexes.size());
    const std::size_t group = next(cohort.age_groups.size());
    const std::size_t view = next(cohort.views.size());
    const std::size_t finding = next(findings_.size());
    const RandomKey key{static_cast<std::uint64_t>(config.seed), Stream::cohort, static_cast<std::uint64_t>(id), 0};

    SampleRecord record;
    record.id = id;
    record.source = fmt::format("synthetic/{}", id);
    record.sex = cohort.sexes[sex];
    record.age_group = cohort.age_groups[group];
    record.age = static_cast<float>(ages[group].youngest + uniform_below(key, ages[group].oldest - ages[group].youngest + 1));
    record.view = cohort.views[view];
    record.findings.assign(findings_.size(), 0);
    record.findings[finding] = 1;
    record.prompt = render_prompt(config.prompt, record, findings_);
    records_.push_back(std::move(record));
  }
}

std::string GenerationPlan::csv() const {
  std::string text = "id,sex,age,age_group,view";
  for (const std::string& finding : findings_) {
    text += "," + csv_field(finding);
  }
  text += ",prompt\n";
  for (const SampleRecord& record : records_) {
    text += fmt::format("{},{},{:.0f},{},{}", record.id, csv_field(record.sex), record.age, csv_field(record.age_group),
                        csv_field(record.view));
    for (const std::int8_t finding : record.findings) {
      text += fmt::format(",{}", finding);
    }
    text += "," + csv_field(record.prompt) + "\n";
  }
  return text;
}

} // namespace radforge
