#pragma once

#include "radforge/config/train_config.hpp"
#include "radforge/data/mixture.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace radforge {

/// The images that sources select, numbered from 0.
class ImageSet {
 public:
  /// Errors: those of Mixture, ConfigError also for what holds no images.
  explicit ImageSet(const std::vector<DataSourceConfig>& sources);

  const Mixture& data() const { return data_; }
  const std::vector<std::int64_t>& ids() const { return ids_; }
  std::int64_t size() const { return static_cast<std::int64_t>(ids_.size()); }
  const SampleRecord& record(std::int64_t number) const { return data_.record(id(number)); }
  std::int64_t id(std::int64_t number) const { return ids_[static_cast<std::size_t>(number)]; }
  /// Bytes N x H x W x C. Errors: DataError, IoError.
  at::Tensor bytes(std::span<const std::int64_t> numbers) const;
  /// Of the data sets' indices, a line each.
  std::string digests() const;

 private:
  Mixture data_;
  std::vector<std::int64_t> ids_;
};

} // namespace radforge
