#pragma once

#include "radforge/config/label_map_config.hpp"
#include "radforge/config/prepare_config.hpp"

#include "finding_mapper.hpp"

#include <string>
#include <vector>

namespace radforge {

/// The findings of a data set, for which every site's labels are translated.
class LabelSpace {
 public:
  /// Reads the label map, if one is named. Errors: ConfigError (broken map, or a finding that it does not have).
  LabelSpace(const LabelsConfig& config, std::vector<std::string> findings);

  /// For a site with that adapter (SiteConfig::adapter) and these names of labels. The map's names hold for the adapters whose
  /// vocabulary it has; at a site with adapter "table", and everywhere without a map, a finding is the label of its own name.
  /// NIH's and PadChest's tables list what is present: there a finding of the map whose labels are missing is absent. In other
  /// tables it is unknown. What states that nothing is found is the map's No_Finding, or else a label of that name.
  ///
  /// The policy for uncertain labels holds everywhere, that for unmentioned ones too; "negative_if_no_finding" needs labels that
  /// reports may leave unmentioned: those of CheXpert, MIMIC-CXR and of tables, not of the other providers. It follows
  /// torchxrayvision (CheX_Dataset): https://github.com/mlmed/torchxrayvision
  FindingMapper for_site(const std::string& adapter, const std::vector<std::string>& labels) const;

 private:
  LabelsConfig config_;
  std::vector<std::string> findings_;
  LabelMapConfig map_;
};

} // namespace radforge
