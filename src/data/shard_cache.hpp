#pragma once

#include "radforge/io/shard_reader.hpp"

#include <cstdint>
#include <filesystem>
#include <list>
#include <map>
#include <memory>
#include <mutex>

namespace radforge {

/// Open shards, the least recently used one closed when there are too many: a data set of a million images has more shards than
/// a process may have files open. Thread-safe.
class ShardCache {
 public:
  ShardCache(std::filesystem::path folder, std::size_t capacity) : folder_(std::move(folder)), capacity_(capacity) {}

  /// Errors: as ShardReader.
  std::shared_ptr<const ShardReader> get(const std::string& file);

 private:
  using Entry = std::pair<std::string, std::shared_ptr<const ShardReader>>;

  const std::filesystem::path folder_;
  const std::size_t capacity_;
  std::mutex mutex_;
  std::list<Entry> entries_; ///< most recently used first
  std::map<std::string, std::list<Entry>::iterator> by_file_;
};

} // namespace radforge
