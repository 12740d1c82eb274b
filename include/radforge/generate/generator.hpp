#pragma once

#include "radforge/config/generate_config.hpp"
#include "radforge/io/dataset_index.hpp"
#include "radforge/io/sample_record.hpp"

#include <filesystem>
#include <memory>
#include <span>

namespace radforge {

/// Makes images of planned records with a trained pipeline. An image is a function of (weights, seed, id, prompt, sampler),
/// whatever the batch it was made in (at the same number of threads).
class Generator {
 public:
  /// Opens the pipeline folder. Errors: DataError, IoError, ConfigError.
  explicit Generator(const GenerateConfig& config);
  ~Generator();

  /// Height, width and channels of the images.
  const DatasetSchema& schema() const;

  /// Fills in the records' pixels, `batch_size` images at a time. Errors: DivergenceError when an image is not finite.
  void make_pixels(std::span<SampleRecord> records) const;

 private:
  struct State;
  GenerateConfig config_;
  std::unique_ptr<State> state_;
};

} // namespace radforge
