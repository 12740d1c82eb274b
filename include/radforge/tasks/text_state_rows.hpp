#pragma once

#include "radforge/config/prepare_config.hpp"
#include "radforge/data/dataset.hpp"
#include "radforge/tasks/encoded_rows.hpp"

#include <ATen/core/Tensor.h>

#include <memory>

namespace radforge {

/// A row for each text that a training on `images` may condition on: the empty one first, then the distinct prompts of its
/// images in the order of their bytes, each with the states of a frozen text encoder.
class TextStateRows : public EncodedRows {
 public:
  /// Reads the text encoder and tokenizer of `config.pipeline`. Errors: ConfigError (they do not fit each other), DataError,
  /// IoError.
  TextStateRows(const LatentsConfig& config, const Dataset& images, at::Device device = at::kCPU);
  ~TextStateRows() override;

  const DatasetSchema& schema() const override;
  std::int64_t num_rows() const override;
  SampleRecord record(std::int64_t id) const override;
  std::vector<std::uint8_t> values(std::int64_t id) const override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace radforge
