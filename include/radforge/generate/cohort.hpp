#pragma once

#include "radforge/config/cohort_config.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace radforge {

/// Planned images that are alike in all that balance is about.
struct CohortCell {
  std::string sex;
  std::string age_group;
  std::uint32_t youngest = 0; ///< of the group, in years
  std::uint32_t oldest = 0;
  std::string race; ///< empty if none is asked for
  std::string view;
  std::vector<std::size_t> findings; ///< numbers in the cohort's names, ascending
  std::int64_t num_images = 0;
};

/// Every combination that a configuration names, and how many images each gets: shares of the total, rounded by largest
/// remainders, so that the numbers add up to it exactly.
class Cohort {
 public:
  /// Errors: ConfigError (an age group that is not "a-b" or "a+", findings that contradict, no cell with a weight), DataError
  /// (nothing in the source data set is of any cell), IoError.
  explicit Cohort(const CohortConfig& config);

  /// In the order in which the configuration first names them.
  const std::vector<std::string>& findings() const { return findings_; }
  const std::vector<CohortCell>& cells() const { return cells_; }
  /// What people should know of it: sentences.
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  void add_cells(const CohortConfig& config);
  std::vector<double> shares(const CohortConfig& config);

  std::vector<std::string> findings_;
  std::vector<CohortCell> cells_;
  std::vector<std::string> notes_;
};

} // namespace radforge
