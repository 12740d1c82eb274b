#include "gradient_reducer.hpp"

#include "bucket_reducer.hpp"
#include "canonical_reducer.hpp"

namespace radforge {

std::unique_ptr<GradientReducer> make_gradient_reducer(const LoopConfig& config, ParameterSet& parameters, Communicator& ranks) {
  if (config.reduction == "canonical") {
    return std::make_unique<CanonicalReducer>(parameters, ranks, config.virtual_shards);
  }
  const auto bucket_bytes = static_cast<std::int64_t>(config.bucket_mb * 1e6);
  return std::make_unique<BucketReducer>(parameters, ranks, bucket_bytes,
                                         config.reduction_precision == "bf16" ? at::kBFloat16 : at::kFloat);
}

} // namespace radforge
