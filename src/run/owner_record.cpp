#include "owner_record.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"
#include "radforge/core/file_descriptor.hpp"

#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <string_view>
#include <system_error>
#include <vector>

namespace radforge {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kPrefix = "owner-";
constexpr std::string_view kSuffix = ".json";

/// The epoch in a file's name, 0 for other files, owner-007.json among them.
std::int64_t epoch_of(const std::string& name) {
  if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) {
    return 0;
  }
  std::int64_t epoch = 0;
  const char* last = name.data() + name.size() - kSuffix.size();
  const auto [end, problem] = std::from_chars(name.data() + kPrefix.size(), last, epoch);
  return problem == std::errc() && name == owner_file({}, epoch).filename().string() ? epoch : 0;
}

template <class Use>
void for_names(const fs::path& folder, const Use& use) {
  std::error_code problem;
  for (fs::directory_iterator entry(folder, problem), end; !problem && entry != end; entry.increment(problem)) {
    use(entry->path().filename().string());
  }
  if (problem) {
    throw_io_error("list", folder, problem.value());
  }
}

/// Removes what it can; the next owner tries again.
template <class Choose>
void remove_names(const fs::path& folder, const Choose& is_chosen) {
  std::vector<std::string> chosen;
  for_names(folder, [&](const std::string& name) {
    if (is_chosen(name)) {
      chosen.push_back(name);
    }
  });
  for (const auto& name : chosen) {
    std::error_code ignored;
    fs::remove_all(folder / name, ignored);
  }
}

std::string to_json(const OwnerRecord& record) {
  const nlohmann::ordered_json json = {{"schema", 1},
                                       {"epoch", record.epoch},
                                       {"host", record.process.host},
                                       {"boot_id", record.process.boot_id},
                                       {"pid", record.process.pid},
                                       {"start_ticks", record.process.start_ticks},
                                       {"job_id", record.process.job_id},
                                       {"restart_count", record.process.restart_count},
                                       {"since", record.since},
                                       {"lease_ms", record.lease_ms},
                                       {"heartbeat", record.heartbeat},
                                       {"released", record.released}};
  return json.dump(2) + "\n";
}

OwnerRecord parse(const std::string& text, const fs::path& path) {
  try {
    const auto json = nlohmann::json::parse(text);
    OwnerRecord record;
    record.epoch = json.at("epoch");
    record.process.host = json.at("host");
    record.process.pid = json.at("pid");
    record.process.boot_id = json.value("boot_id", "");
    record.process.start_ticks = json.value("start_ticks", std::int64_t{0});
    record.process.job_id = json.value("job_id", "");
    record.process.restart_count = json.value("restart_count", std::int64_t{0});
    record.since = json.value("since", "an unknown time");
    record.lease_ms = json.value("lease_ms", std::int64_t{0});
    record.heartbeat = json.value("heartbeat", std::int64_t{0});
    record.released = json.value("released", false);
    return record;
  } catch (const nlohmann::json::exception& error) {
    throw DataError("'{}' is no owner record ({}): delete it if no run uses this folder", path.string(), error.what());
  }
}

[[noreturn]] void throw_cannot_claim(const fs::path& path, int error_number) {
  throw IoError("cannot create '{}' ({}): the output folder needs a file system with hard links", path.string(),
                std::generic_category().message(error_number));
}

/// False if the name is taken. link() is the one call that creates a file with its content, or fails.
bool link_to_free_name(const fs::path& temporary, const fs::path& path) {
  if (link(temporary.c_str(), path.c_str()) == 0) {
    return true;
  }
  const int error_number = errno;
  // A network file system may repeat a request that was done, and report that its name is taken: by us.
  struct stat status = {};
  if (stat(temporary.c_str(), &status) == 0 && status.st_nlink == 2) {
    return true;
  }
  if (error_number != EEXIST) {
    throw_cannot_claim(path, error_number);
  }
  return false;
}

} // namespace

fs::path owner_file(const fs::path& folder, std::int64_t epoch) {
  return folder / fmt::format("{}{}{}", kPrefix, epoch, kSuffix);
}

std::int64_t latest_epoch(const fs::path& folder) {
  std::int64_t latest = 0;
  for_names(folder, [&](const std::string& name) { latest = std::max(latest, epoch_of(name)); });
  return latest;
}

std::optional<OwnerRecord> latest_owner(const fs::path& folder) {
  while (const std::int64_t epoch = latest_epoch(folder)) {
    const auto path = owner_file(folder, epoch);
    try {
      auto record = parse(read_file(path), path);
      record.epoch = epoch;
      return record;
    } catch (const IoError&) {
      // A new owner removes the records of earlier ones: look again if the file is gone, report what else there may be.
      std::error_code problem;
      if (fs::symlink_status(path, problem).type() != fs::file_type::not_found) {
        throw;
      }
    }
  }
  return std::nullopt;
}

bool create_record(const fs::path& folder, const OwnerRecord& record) {
  const auto temporary = folder / fmt::format(".owner-{}-{}-{}", record.process.host, record.process.pid, gettid());
  bool created = false;
  try {
    write_file_atomically(temporary, to_json(record));
    created = link_to_free_name(temporary, owner_file(folder, record.epoch));
  } catch (const IoError&) {
    unlink(temporary.c_str());
    if (latest_epoch(folder) < record.epoch) {
      throw;
    }
    return false; // the new owner removed all temporary files, ours too
  }
  unlink(temporary.c_str());
  if (created) {
    sync_folder(folder);
  }
  return created;
}

void update_record(const fs::path& folder, const OwnerRecord& record) {
  write_file_atomically(owner_file(folder, record.epoch), to_json(record));
}

void remove_records_before(const fs::path& folder, std::int64_t epoch) {
  remove_names(folder, [&](const std::string& name) {
    const std::int64_t other = epoch_of(name);
    return other > 0 && other < epoch;
  });
}

void remove_left_files(const fs::path& folder) {
  remove_names(folder, [](const std::string& name) {
    return name.starts_with(".owner-") || name.find(".tmp-") != std::string::npos || name.find(".partial-") != std::string::npos;
  });
}

} // namespace radforge
