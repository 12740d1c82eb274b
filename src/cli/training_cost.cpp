#include "training_cost.hpp"

#include <algorithm>
#include <cmath>

namespace radforge {

RunArithmetic run_arithmetic(const std::vector<PartCost>& parts, std::int64_t steps, std::int64_t batch_size,
                             Activations activations) {
  RunArithmetic sum;
  double again = 0;
  for (const PartCost& part : parts) {
    const double model = training_multiply_adds(part.forward, part.use).flop();
    sum.an_image += model * part.share;
    again += (training_multiply_adds(part.forward, part.use, activations).flop() - model) * part.share;
  }
  sum.a_step = sum.an_image * static_cast<double>(batch_size);
  sum.in_all = sum.a_step * static_cast<double>(steps);
  sum.computed_again = again * static_cast<double>(batch_size) * static_cast<double>(steps);
  return sum;
}

double bytes_a_rank(const StateSize& size, OptimizerState optimizer, std::int64_t num_ranks) {
  const auto trained = static_cast<double>(size.num_trained);
  const double holders = optimizer == OptimizerState::sharded ? static_cast<double>(num_ranks) : 1.0;
  return trained * (static_cast<double>(size.bytes_on_each_rank) + static_cast<double>(size.bytes_of_optimizer) / holders) +
         static_cast<double>(size.num_frozen * size.bytes_frozen);
}

CheckpointSize checkpoint_size(std::int64_t num_trained, std::int64_t keep) {
  constexpr std::int64_t num_buffers = 4;
  return {.set_bytes = static_cast<double>(num_trained * num_buffers * std::int64_t{sizeof(float)}),
          .set_files = 2,
          .num_sets = keep + 1};
}

std::int64_t num_segments(double hours, double hours_each) {
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(std::ceil(hours / hours_each)));
}

std::vector<std::int64_t> rank_counts(std::int64_t batch_size) {
  constexpr std::int64_t most = 64;
  std::vector<std::int64_t> counts;
  for (std::int64_t count = 1; count <= most && batch_size % count == 0; count *= 2) {
    counts.push_back(count);
  }
  return counts;
}

} // namespace radforge
