#include "radforge/diffusion/per_timestep_loss.hpp"

#include "radforge/core/error.hpp"

namespace radforge {

PerTimestepLoss::PerTimestepLoss(std::int64_t num_timesteps) : num_timesteps_(num_timesteps) {
  require(num_timesteps > 0, "there are timesteps");
}

void PerTimestepLoss::add(std::span<const float> losses, std::span<const std::int64_t> timesteps) {
  require(losses.size() == timesteps.size(), "each loss has its timestep");
  for (std::size_t i = 0; i < losses.size(); ++i) {
    require(timesteps[i] >= 0 && timesteps[i] < num_timesteps_, "a timestep is one of the training timesteps");
    const auto bin = static_cast<std::size_t>(timesteps[i] * static_cast<std::int64_t>(num_bins) / num_timesteps_);
    values_[bin] += static_cast<double>(losses[i]);
    values_[num_bins + bin] += 1;
  }
}

std::vector<PerTimestepLoss::Bin> PerTimestepLoss::bins() const {
  std::vector<Bin> bins;
  for (std::size_t bin = 0; bin < num_bins; ++bin) {
    if (const double count = values_[num_bins + bin]; count > 0) {
      bins.push_back({first_of(bin), first_of(bin + 1) - 1, values_[bin] / count});
    }
  }
  return bins;
}

// The smallest t with t * num_bins / num_timesteps >= bin.
std::int64_t PerTimestepLoss::first_of(std::size_t bin) const {
  constexpr auto count = static_cast<std::int64_t>(num_bins);
  return (static_cast<std::int64_t>(bin) * num_timesteps_ + count - 1) / count;
}

} // namespace radforge
