#include "folder_owner.hpp"

#include "radforge/core/error.hpp"
#include "radforge/core/file_descriptor.hpp"

#include <exception>
#include <system_error>
#include <utility>

namespace radforge {

FolderOwner::FolderOwner(std::filesystem::path folder, std::chrono::milliseconds lease, Ownership ownership)
    : folder_(std::move(folder)), lease_(lease), ownership_(std::move(ownership)),
      thread_([this](const std::stop_token& stop) { beat(stop); }) {}

FolderOwner::~FolderOwner() {
  thread_.request_stop();
  thread_.join();
  try {
    require_ownership(folder_, epoch());
    ownership_.record.released = true;
    update_record(folder_, ownership_.record);
  } catch (const std::exception&) {
    // The folder is another's, gone, or the disk is full: the next run finds the process gone.
  }
}

void FolderOwner::beat(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, stop, lease_ / 4, [&] { return stop.stop_requested(); })) {
    try {
      require_ownership(folder_, epoch());
      ++ownership_.record.heartbeat;
      update_record(folder_, ownership_.record);
    } catch (const OwnedError&) {
      return; // check_ownership() tells
    } catch (const std::exception&) {
      // A file system that fails now may work in time for the next beat.
    }
  }
}

void require_ownership(const std::filesystem::path& folder, std::int64_t epoch) {
  const auto latest = latest_owner(folder);
  if (!latest || latest->epoch < epoch) {
    // A listing may miss the name while the heartbeat renames a new record over it.
    const auto file = owner_file(folder, epoch);
    std::error_code problem;
    const bool exists = std::filesystem::exists(file, problem);
    if (problem) {
      throw_io_error("look for", file, problem.value());
    }
    if (exists) {
      return;
    }
    throw OwnedError("the output folder '{}' is no longer ours (the owner record of epoch {} was removed): start the run again",
                     folder.string(), epoch);
  }
  if (latest->epoch > epoch) {
    throw OwnedError("the output folder '{}' was taken over by another run ({}, since {}, epoch {} after our {}): nothing more "
                     "is written here",
                     folder.string(), describe(latest->process), latest->since, latest->epoch, epoch);
  }
}

} // namespace radforge
