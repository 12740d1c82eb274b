#include "dataset_folder.hpp"

#include "radforge/comm/agreement.hpp"
#include "radforge/core/error.hpp"
#include "radforge/io/verify.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace radforge {

namespace fs = std::filesystem;

namespace {

/// Shards and partial shards.
std::vector<fs::path> shard_files(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("shard-") && name.find(".h5") != std::string::npos) {
      files.push_back(entry.path());
    }
  }
  return files;
}

void remove_other_shards(const fs::path& folder, const DatasetIndex& index) {
  try {
    for (const fs::path& file : shard_files(folder)) {
      const bool listed = std::any_of(index.shards.begin(), index.shards.end(),
                                      [&](const ShardSummary& shard) { return shard.file == file.filename().string(); });
      if (!listed) {
        fs::remove(file);
      }
    }
  } catch (const fs::filesystem_error& error) {
    throw IoError("{} (a left-over shard cannot be removed) remove it by hand", error.what());
  }
}

} // namespace

bool is_complete(const fs::path& folder, const std::string& config_digest) {
  std::error_code error;
  if (!fs::exists(folder / DatasetIndex::file_name, error)) {
    return false;
  }
  try {
    return DatasetIndex::load(folder).config_digest == config_digest && verify_dataset(folder).problems.empty();
  } catch (const DataError&) {
    return false; // a broken index is made again
  }
}

void publish_index(const DatasetIndex& index, const RunSession& session) {
  const fs::path& folder = session.dir().path();
  agree(session.context.world, [&] {
    session.dir().check_ownership();
    if (session.context.world.rank() == 0) {
      remove_other_shards(folder, index);
      index.save(folder);
    }
  });
}

} // namespace radforge
