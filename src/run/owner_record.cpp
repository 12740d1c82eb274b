#include "owner_record.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"

#include <nlohmann/json.hpp>
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

/// The epoch in a file's name, 0 for other files.
std::int64_t epoch_of(const std::string& name) {
  if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) {
    return 0;
  }
  std::int64_t epoch = 0;
  const char* last = name.data() + name.size() - kSuffix.size();
  const auto [end, problem] = std::from_chars(name.data() + kPrefix.size(), last, epoch);
  return problem == std::errc() && end == last ? epoch : 0;
}

template <class Use>
void for_names(const fs::path& folder, const Use& use) {
  std::error_code problem;
  for (fs::directory_iterator entry(folder, problem), end; !problem && entry != end; entry.increment(problem)) {
    use(entry->path().filename().string());
  }
  if (problem) {
    throw IoError("cannot list '{}' ({}): check the folder and its permissions", folder.string(), problem.message());
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
  const auto path = owner_file(folder, record.epoch);
  const auto temporary = folder / fmt::format(".owner-{}-{}-{}", record.process.host, record.process.pid, gettid());
  write_file_atomically(temporary, to_json(record));
  // link() is the one call that creates a file with its content, or fails because the name is taken.
  const int code = link(temporary.c_str(), path.c_str());
  const int error_number = code == 0 ? 0 : errno;
  unlink(temporary.c_str());
  if (error_number == EEXIST) {
    return false;
  }
  if (error_number != 0) {
    throw_cannot_claim(path, error_number);
  }
  sync_folder(folder);
  return true;
}

void update_record(const fs::path& folder, const OwnerRecord& record) {
  write_file_atomically(owner_file(folder, record.epoch), to_json(record));
}

void remove_records_before(const fs::path& folder, std::int64_t epoch) {
  std::vector<std::string> old;
  for_names(folder, [&](const std::string& name) {
    const std::int64_t other = epoch_of(name);
    if (other > 0 && other < epoch) {
      old.push_back(name);
    }
  });
  for (const auto& name : old) {
    std::error_code ignored; // the next owner tries again
    fs::remove(folder / name, ignored);
  }
}

} // namespace radforge
