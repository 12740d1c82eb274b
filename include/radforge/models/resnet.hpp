#pragma once

#include "radforge/models/classifier.hpp"

#include <string>
#include <vector>

namespace radforge {

/// basic: two 3x3 convolutions; bottleneck: 1x1, 3x3 (which strides) and 1x1 to four times the width.
enum class ResidualBlock { basic, bottleneck };

struct ResNetShape {
  ResidualBlock block = ResidualBlock::basic;
  std::vector<std::int64_t> num_blocks = {2, 2, 2, 2}; ///< of each stage; all but the first halve the side and double the width
  std::int64_t width = 64;                             ///< of the first stage
  std::int64_t in_channels = 3;
  std::int64_t num_classes = 1000;
};

/// Residual network (He et al. 2016) as torchvision builds it, which strides at a bottleneck's 3x3 convolution.
class ResNet final : public Classifier {
 public:
  /// Registers the parameters. Errors: ConfigError (no stage, or one without blocks).
  ResNet(const ResNetShape& shape, const ParameterScope& scope);
  ~ResNet() override;

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
