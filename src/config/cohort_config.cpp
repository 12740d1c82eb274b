#include "radforge/config/cohort_config.hpp"

#include "radforge/config/schema.hpp"

#include <algorithm>

namespace radforge {

namespace {

const Choices sexes{"M", "F"};
const Choices age_groups{"0-17", "18-39", "40-59", "60-79", "80+"};

bool has_duplicate(std::vector<std::string> values) {
  std::ranges::sort(values);
  return std::ranges::adjacent_find(values) != values.end();
}

bool matches_one(const std::string& value, const std::vector<std::string>& values) {
  return value.empty() || std::ranges::find(values, value) != values.end();
}

} // namespace

void describe(Schema& schema, CellWeightConfig& config) {
  schema.field("sex", config.sex, "of the cells it is for; empty for all");
  schema.field("age_group", config.age_group, "of the cells it is for; empty for all");
  schema.field("race", config.race, "of the cells it is for; empty for all");
  schema.field("view", config.view, "of the cells it is for; empty for all");
  schema.field("findings", config.findings, "of the cells it is for, as the cohort's list has it; empty for all");
  schema.field("weight", config.weight, RealRange{0, 1e6}, "factor of their share of the images; 0 leaves them out");
}

void describe(Schema& schema, CohortConfig& config) {
  schema.field("num_images", config.num_images, IntRange{1, 1'000'000'000}, "images to make");
  schema.field("sexes", config.sexes, sexes, "sexes");
  schema.field("age_groups", config.age_groups, age_groups, "age groups; an age in years is drawn within its group");
  schema.field("races", config.races, "races, as the training data name them; empty to ask for none");
  schema.field("views", config.views, "views");
  schema.field("findings", config.findings,
               "what an image shows: a finding column of the data set, several joined by +, or No_Finding");
  schema.field("dataset", config.dataset,
               "every combination of these is as frequent as among the training images of this data set; empty: equally often");
  schema.list("weights", config.weights, "factors of the share of some combinations");
  schema.field(
      "impressions", config.impressions,
      "CSV with columns id, findings and text, of which {report} or {text} in the prompt takes one with the image's findings");
  schema.check(!config.sexes.empty() && !config.age_groups.empty() && !config.views.empty() && !config.findings.empty(),
               "sexes, age_groups, views or findings is empty (the cohort is every combination) list at least one value each");
  schema.check(
      !has_duplicate(config.sexes) && !has_duplicate(config.age_groups) && !has_duplicate(config.races) &&
          !has_duplicate(config.views) && !has_duplicate(config.findings),
      "sexes, age_groups, races, views or findings names a value twice (each is a cell of its own) list it once, and give "
      "it a weight");
  schema.check(std::ranges::all_of(config.weights,
                                   [&config](const CellWeightConfig& cell) {
                                     return matches_one(cell.sex, config.sexes) &&
                                            matches_one(cell.age_group, config.age_groups) &&
                                            matches_one(cell.race, config.races) && matches_one(cell.view, config.views) &&
                                            matches_one(cell.findings, config.findings);
                                   }),
               "weights names a value that the cohort does not have (it would weigh nothing) take one from its lists");
}

} // namespace radforge
