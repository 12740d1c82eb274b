#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace radforge {

/// Losses by how noisy the sample was: sums and counts over ten bins of the training timesteps, of the same size to within one.
/// A mean hides that easy timesteps improve while hard ones do not.
class PerTimestepLoss {
 public:
  static constexpr std::size_t num_bins = 10;

  /// `num_timesteps` > 0 (InternalError otherwise).
  explicit PerTimestepLoss(std::int64_t num_timesteps);

  /// One loss a sample, and its timestep in [0, num_timesteps). Errors: InternalError (another timestep, different lengths).
  void add(std::span<const float> losses, std::span<const std::int64_t> timesteps);
  /// Forgets all.
  void clear() { values_ = {}; }

  /// The sums, then the counts: numbers that ranks add up element by element.
  std::span<double> values() { return values_; }

  /// A bin's timesteps, both ends included, and the mean of its losses; bins without a sample are left out.
  struct Bin {
    std::int64_t first = 0;
    std::int64_t last = 0;
    double mean = 0;
  };
  std::vector<Bin> bins() const;

 private:
  std::int64_t first_of(std::size_t bin) const;

  std::int64_t num_timesteps_;
  std::array<double, 2 * num_bins> values_{};
};

} // namespace radforge
