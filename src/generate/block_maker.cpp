#include "radforge/generate/block_maker.hpp"

#include <numeric>
#include <utility>

namespace radforge {

std::vector<SampleRecord> BlockMaker::make(std::int64_t first_id, std::int64_t num_rows) const {
  std::vector<SampleRecord> rows(static_cast<std::size_t>(num_rows));
  std::vector<std::size_t> open(rows.size());
  std::iota(open.begin(), open.end(), std::size_t{0});
  const std::int64_t num_attempts = check_ ? config_.num_attempts() : 1;
  for (std::int64_t attempt = 0; attempt < num_attempts && !open.empty(); ++attempt) {
    std::vector<SampleRecord> tried;
    for (const std::size_t i : open) {
      tried.push_back(plan_.record(first_id + static_cast<std::int64_t>(i), config_.spare_of(attempt)));
    }
    generator_.make_pixels(tried, static_cast<std::uint32_t>(attempt));
    const std::vector<CheckedImage> found = check_ ? check_(tried) : std::vector<CheckedImage>(tried.size());
    std::vector<std::size_t> failed;
    for (std::size_t k = 0; k < open.size(); ++k) {
      tried[k].attempt = static_cast<std::int32_t>(attempt);
      tried[k].check_scores = found[k].scores;
      tried[k].check_passed = found[k].passed;
      if (!found[k].all_passed()) {
        failed.push_back(open[k]);
      }
      rows[open[k]] = std::move(tried[k]);
    }
    open = std::move(failed);
  }
  for (const std::size_t i : open) {
    rows[i].status = "rejected";
  }
  return rows;
}

} // namespace radforge
