#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace radforge {

class Schema;

/// A finding, and the labels that mean it in each provider's vocabulary, exactly as the provider writes them; none where the
/// provider does not label it.
struct FindingLabels {
  std::string name;
  std::vector<std::string> chexpert; ///< CheXpert and MIMIC-CXR
  std::vector<std::string> nih;
  std::vector<std::string> padchest;
  std::vector<std::string> vindr_cxr;
};

/// A file of configs/labels.
struct LabelMapConfig {
  std::vector<FindingLabels> findings;
};

void describe(Schema& schema, FindingLabels& config);
void describe(Schema& schema, LabelMapConfig& config);

/// Errors: ConfigError (unreadable, unknown keys, a finding or one of its labels named twice ...).
LabelMapConfig load_label_map(const std::filesystem::path& path);

/// The finding of that name, or null.
const FindingLabels* find_finding(const LabelMapConfig& map, const std::string& name);

/// The finding of that name. Errors: ConfigError with the nearest name of the map, which was read from `path`.
const FindingLabels& get_finding(const LabelMapConfig& map, const std::string& name, const std::filesystem::path& path);

} // namespace radforge
