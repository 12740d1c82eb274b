#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace radforge {

class Schema;

/// A factor for the share of the cells that it matches; what is empty matches all.
struct CellWeightConfig {
  std::string sex;
  std::string age_group;
  std::string race;
  std::string view;
  std::string findings; ///< one of the cohort's
  double weight = 1;    ///< 0: such cells are left out
};

/// Who is to be synthesised. Every combination of a sex, an age group, a race, a view and findings is a cell.
struct CohortConfig {
  std::int64_t num_images = 256;
  std::vector<std::string> sexes = {"M", "F"};
  std::vector<std::string> age_groups = {"18-39", "40-59", "60-79"};
  std::vector<std::string> races; ///< as the data of the diffusion model name them; empty: none is asked for
  std::vector<std::string> views = {"PA"};
  std::vector<std::string> findings = {"No_Finding"}; ///< of one image each: a finding, or several: "Edema + Effusion"
  std::string dataset;                   ///< cells as often as among its training images; empty: each as often as any other
  std::vector<CellWeightConfig> weights; ///< factors of the cells' shares
  std::string impressions;               ///< table of texts: columns id, findings, text; empty: the prompt names the findings
};

void describe(Schema& schema, CellWeightConfig& config);
void describe(Schema& schema, CohortConfig& config);

} // namespace radforge
