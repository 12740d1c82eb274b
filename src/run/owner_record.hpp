#pragma once

#include "radforge/core/process_identity.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace radforge {

/// One ownership of a run folder, the file `owner-<epoch>.json`.
struct OwnerRecord {
  std::int64_t epoch = 0;
  ProcessIdentity process;
  std::string since; ///< UTC, for people
  std::int64_t lease_ms = 0;
  std::int64_t heartbeat = 0; ///< counts up while the owner lives
  bool released = false;
};

std::filesystem::path owner_file(const std::filesystem::path& folder, std::int64_t epoch);

/// The record of the highest epoch. Errors: DataError for a file that is no record, IoError.
std::optional<OwnerRecord> latest_owner(const std::filesystem::path& folder);

/// The highest epoch, 0 if there is none: what latest_owner() finds, without reading the record.
std::int64_t latest_epoch(const std::filesystem::path& folder);

/// Creates the record's file; false if somebody else already has that epoch. Never a part of a file, on network file systems too.
bool create_record(const std::filesystem::path& folder, const OwnerRecord& record);

/// Writes the record anew, over its own epoch's file only: a run that lost the folder can harm nobody.
void update_record(const std::filesystem::path& folder, const OwnerRecord& record);

/// Removes the records of earlier owners.
void remove_records_before(const std::filesystem::path& folder, std::int64_t epoch);

/// Removes what killed processes left half written in the folder itself: temporary and partial files and folders.
void remove_left_files(const std::filesystem::path& folder);

} // namespace radforge
