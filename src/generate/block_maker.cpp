#include "radforge/generate/block_maker.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

namespace radforge {

std::vector<SampleRecord> BlockMaker::make(const std::vector<SampleRecord>& planned) const {
  std::vector<SampleRecord> rows(planned.size());
  std::vector<std::size_t> open(planned.size());
  std::iota(open.begin(), open.end(), std::size_t{0});
  const std::int64_t num_attempts = check_ ? 1 + max_retries_ : 1;
  for (std::int64_t attempt = 0; attempt < num_attempts && !open.empty(); ++attempt) {
    std::vector<SampleRecord> tried;
    std::ranges::transform(open, std::back_inserter(tried), [&planned](std::size_t i) { return planned[i]; });
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
    std::ranges::fill(rows[i].pixels, std::uint8_t{0});
  }
  return rows;
}

} // namespace radforge
