#pragma once

#include "radforge/models/classifier.hpp"

#include <string>
#include <vector>

namespace radforge {

/// The defaults are DenseNet-121's.
struct DenseNetShape {
  std::int64_t growth_rate = 32; ///< channels that a layer adds
  std::vector<std::int64_t> block_config = {6, 12, 24,
                                            16}; ///< layers of each dense block; between blocks side and channels halve
  std::int64_t num_init_features = 64;
  std::int64_t bn_size = 4; ///< a layer's bottleneck has bn_size * growth_rate channels
  std::int64_t in_channels = 3;
  std::int64_t num_classes = 1000;
};

/// Densely connected network (Huang et al. 2017) as torchvision builds it.
class DenseNet final : public Classifier {
 public:
  /// Registers the parameters. Errors: ConfigError (no dense block, or one without layers).
  DenseNet(const DenseNetShape& shape, const ParameterScope& scope);
  ~DenseNet() override;

  at::Tensor features(const at::Tensor& images, ForwardMode mode, std::int64_t num_frozen = 0) const override;
  at::Tensor head(const at::Tensor& features) const override;
  std::int64_t num_features() const override;
  std::vector<std::vector<std::string>> stages() const override;
  void fold_norms() override;

 private:
  struct Blocks;
  std::unique_ptr<Blocks> blocks_;
};

} // namespace radforge
