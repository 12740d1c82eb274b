#pragma once

#include "take_ownership.hpp"

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <thread>

namespace radforge {

/// Owns a folder from construction to destruction, and says so by a heartbeat four times a lease.
class FolderOwner {
 public:
  FolderOwner(std::filesystem::path folder, std::chrono::milliseconds lease, Ownership ownership);
  ~FolderOwner();
  FolderOwner(const FolderOwner&) = delete;
  FolderOwner& operator=(const FolderOwner&) = delete;

  std::int64_t epoch() const { return ownership_.record.epoch; }

 private:
  void beat(const std::stop_token& stop);

  std::filesystem::path folder_;
  std::chrono::milliseconds lease_;
  Ownership ownership_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_; ///< last member: it uses the others
};

/// Throws OwnedError unless `epoch` is still the highest and its record is there.
void require_ownership(const std::filesystem::path& folder, std::int64_t epoch);

} // namespace radforge
