#pragma once

#include "radforge/config/train_config.hpp"
#include "radforge/data/dataset.hpp"
#include "radforge/data/sampler.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

namespace radforge {

/// The data sets of a training run as one: sample ids of the second source follow those of the first, and so on. Thread-safe once
/// constructed.
class Mixture {
 public:
  /// Errors: ConfigError (sources of different kinds, sizes or findings, or latents of different autoencoders; augmentation of
  /// what is no image), DataError (no sample passes a source's lists), IoError.
  explicit Mixture(const DataConfig& config);

  const DatasetSchema& schema() const { return sources_.front().dataset->schema(); }
  const SampleRecord& record(std::int64_t id) const;
  /// The values of sample `id`, schema().num_bytes(): the pixels of an image, or the moments of a latent.
  void values(std::int64_t id, std::span<std::uint8_t> out) const;

  /// What training sees: the selected ids of each source, with its weight. A row without a split, a synthetic one, is training
  /// data.
  const std::vector<SamplerSource>& training() const { return training_; }
  /// What validation sees, ascending.
  const std::vector<std::int64_t>& validation() const { return validation_; }
  /// The data sets of text states that lie with the sources.
  std::vector<std::filesystem::path> text_states() const;

 private:
  struct Source {
    std::filesystem::path folder;
    std::unique_ptr<Dataset> dataset;
    std::int64_t first_id = 0;
  };

  const Source& source_of(std::int64_t id) const;

  std::vector<Source> sources_;
  std::vector<SamplerSource> training_;
  std::vector<std::int64_t> validation_;
};

} // namespace radforge
