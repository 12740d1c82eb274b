#include "radforge/train/gradient_buckets.hpp"

namespace radforge {

std::vector<GradientBucket> gradient_buckets(const std::vector<ParameterSet::Entry>& entries, std::int64_t end,
                                             std::int64_t bucket_bytes) {
  std::vector<GradientBucket> buckets;
  for (std::size_t i = entries.size(); i-- > 0;) {
    if (buckets.empty() || buckets.back().range.count * std::int64_t{sizeof(float)} >= bucket_bytes) {
      end = buckets.empty() ? end : buckets.back().range.first;
      buckets.emplace_back();
    }
    GradientBucket& bucket = buckets.back();
    bucket.range = {entries[i].offset, end - entries[i].offset};
    bucket.first_entry = static_cast<std::int64_t>(i);
    ++bucket.num_entries;
  }
  return buckets;
}

} // namespace radforge
