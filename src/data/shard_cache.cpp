#include "shard_cache.hpp"

namespace radforge {

std::shared_ptr<const ShardReader> ShardCache::get(const std::string& file) {
  std::lock_guard lock(mutex_);
  if (const auto found = by_file_.find(file); found != by_file_.end()) {
    entries_.splice(entries_.begin(), entries_, found->second);
    return entries_.front().second;
  }
  auto shard = std::make_shared<const ShardReader>(folder_ / file);
  if (entries_.size() >= capacity_) {
    by_file_.erase(entries_.back().first);
    entries_.pop_back();
  }
  entries_.emplace_front(file, shard);
  by_file_[file] = entries_.begin();
  return shard;
}

} // namespace radforge
