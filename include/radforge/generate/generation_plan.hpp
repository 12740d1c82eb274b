#pragma once

#include "radforge/config/generate_config.hpp"
#include "radforge/generate/cohort.hpp"
#include "radforge/io/sample_record.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace radforge {

class Impressions;

/// What each synthetic image is to show: a pure function of the configuration and the files that it names. The cells of the
/// cohort are spread evenly over the ids, so that any range of them is balanced; an image's age in years is drawn within its
/// cell's group, and its impression among those of its findings, keyed by (seed, id).
class GenerationPlan {
 public:
  /// Errors: those of Cohort; DataError for a table of impressions that is damaged, or has none for findings that are planned.
  explicit GenerationPlan(const GenerateConfig& config);
  ~GenerationPlan();
  GenerationPlan(GenerationPlan&&) noexcept;

  std::int64_t num_images() const { return static_cast<std::int64_t>(cell_of_.size()); }
  /// Without pixels. A spare above 0 is another image of the same cell for the same row: its age and its impression are drawn as
  /// those of the number id + spare * num_images(), which is in `source`, "synthetic/<number>".
  SampleRecord record(std::int64_t id, std::int64_t spare = 0) const;
  /// The number of its cell.
  std::size_t cell_of(std::int64_t id) const { return cell_of_[static_cast<std::size_t>(id)]; }
  const Cohort& cohort() const { return cohort_; }

  /// Writes the plan as a table: id, sex, age, age_group, race, view, finding columns, prompt. Errors: IoError.
  void write_csv(const std::filesystem::path& path) const;

 private:
  std::uint64_t seed_;
  std::string prompt_template_;
  Cohort cohort_;
  std::vector<std::vector<std::string>> findings_of_cells_; ///< sorted names
  std::unique_ptr<const Impressions> impressions_;          ///< or none
  std::vector<std::uint32_t> cell_of_;
};

} // namespace radforge
