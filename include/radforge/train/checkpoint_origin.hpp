#pragma once

#include <cstdint>
#include <string>

namespace radforge {

/// What a checkpoint set says of the run that it comes from.
struct CheckpointOrigin {
  std::string config;        ///< the resolved configuration, as YAML
  std::string config_digest; ///< of that text
  std::string data_digest;   ///< of the data sets trained on
  int threads_a_rank = 1;
  std::int64_t batch_size = 1; ///< images a step over all ranks: with the step, the place in the data

  bool operator==(const CheckpointOrigin&) const = default;
};

} // namespace radforge
