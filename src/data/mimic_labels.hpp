#pragma once

#include "site_table.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <unordered_map>
#include <vector>

namespace radforge {

/// The labels of MIMIC-CXR's studies, by one of the labelers.
class MimicLabels {
 public:
  /// Errors: DataError (broken table, missing column, another text than 1, 0, -1 or nothing).
  explicit MimicLabels(const std::filesystem::path& path);

  const std::vector<std::string>& names() const { return names_; }
  /// A study's, one each of `names`; empty if the table does not have it.
  std::vector<LabelState> of(std::uint64_t study) const;

 private:
  std::vector<std::string> names_;
  std::vector<LabelState> states_;                        ///< study after study
  std::unordered_map<std::uint64_t, std::size_t> begins_; ///< of a study in `states_`
};

} // namespace radforge
