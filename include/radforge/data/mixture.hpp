#pragma once

#include "radforge/config/train_config.hpp"
#include "radforge/data/dataset.hpp"
#include "radforge/data/sampler.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace radforge {

/// The data sets of a training run as one: sample ids of the second source follow those of the first, and so on. Thread-safe once
/// constructed.
class Mixture {
 public:
  /// Errors: ConfigError (sources of different kinds or sizes, of different findings unless the configuration says what to do
  /// with them, or latents of different autoencoders; augmentation of what is no image; a balance by what there is not),
  /// DataError (no sample passes a source's lists), IoError.
  explicit Mixture(const DataConfig& config);

  /// Of all sources; its findings are those that they share, or all.
  const DatasetSchema& schema() const { return schema_; }
  /// Its `findings` are in the order of its own source.
  const SampleRecord& record(std::int64_t id) const;
  /// One each of schema().findings: 1 present, 0 absent, -1 unknown, also where the source does not speak of it.
  std::vector<std::int8_t> findings(std::int64_t id) const;
  /// The values of sample `id`, schema().num_bytes(): the pixels of an image, or the moments of a latent.
  void values(std::int64_t id, std::span<std::uint8_t> out) const;

  /// What training sees: the selected ids of each source, with its weight; with a balance those of each group, with its share of
  /// that. A row without a split, a synthetic one, is training data.
  const std::vector<SamplerSource>& training() const { return training_; }
  /// What validation sees, ascending.
  const std::vector<std::int64_t>& validation() const { return validation_; }
  /// Samples of a split that pass the lists of their sources, ascending; of the training split those that training sees.
  std::vector<std::int64_t> of_split(const std::string& split) const;
  /// Of the data set that the sample is in.
  const std::filesystem::path& folder_of(std::int64_t id) const { return source_of(id).folder; }
  /// Of the sources' data sets, in their order.
  std::vector<std::filesystem::path> folders() const;
  /// The data sets of text states that lie with the sources.
  std::vector<std::filesystem::path> text_states() const;
  /// What became of findings that differ, and the groups of a balance: sentences for people.
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  struct Source {
    DataSourceConfig config;
    std::filesystem::path folder;
    std::unique_ptr<Dataset> dataset;
    std::int64_t first_id = 0;
    std::vector<std::int64_t> columns; ///< of schema().findings among its own; -1: it does not have it
  };

  void unite_findings(const std::string& policy);
  void add_training(const DataConfig& config, const DataSourceConfig& source, const std::vector<std::int64_t>& ids);

  const Source& source_of(std::int64_t id) const;

  DatasetSchema schema_;
  std::vector<Source> sources_;
  std::vector<SamplerSource> training_;
  std::vector<std::int64_t> validation_;
  std::vector<std::string> notes_;
};

} // namespace radforge
