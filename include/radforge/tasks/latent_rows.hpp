#pragma once

#include "radforge/config/prepare_config.hpp"
#include "radforge/data/dataset.hpp"
#include "radforge/tasks/encoded_rows.hpp"

#include <ATen/core/Tensor.h>

#include <memory>

namespace radforge {

/// The rows of a data set of images with the moments of their latents in place of pixels; zeros where there is no image.
class LatentRows : public EncodedRows {
 public:
  /// Reads the data set's metadata and the autoencoder's weights. Errors: ConfigError (the images do not fit the autoencoder),
  /// DataError (the data set holds no images), IoError.
  explicit LatentRows(const LatentsConfig& config, at::Device device = at::kCPU);
  ~LatentRows() override;

  const DatasetSchema& schema() const override;
  std::int64_t num_rows() const override;
  SampleRecord record(std::int64_t id) const override;
  /// Errors: DataError also for an image that is not the one the data set lists.
  std::vector<std::uint8_t> values(std::int64_t id) const override;

  const Dataset& images() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace radforge
