#include "dataset_folder.hpp"

#include "radforge/comm/agreement.hpp"
#include "radforge/core/error.hpp"
#include "radforge/core/progress.hpp"
#include "radforge/data/patient_set.hpp"

#include <algorithm>
#include <sstream>
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

/// A report as text for other ranks, and back: a line each, its kind first.
std::string write_report(const VerifyReport& report) {
  std::string text = fmt::format("n {} {} {}\n", report.num_shards, report.num_rows, report.num_bytes);
  for (std::string problem : report.problems) {
    std::replace(problem.begin(), problem.end(), '\n', ' ');
    text += "p " + problem + "\n";
  }
  for (const std::string& file : report.damaged_files) {
    text += "d " + file + "\n";
  }
  return text;
}

VerifyReport read_report(const std::string& text) {
  VerifyReport report;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream rest(line.substr(2));
    if (line[0] == 'n') {
      rest >> report.num_shards >> report.num_rows >> report.num_bytes;
    } else {
      (line[0] == 'p' ? report.problems : report.damaged_files).push_back(line.substr(2));
    }
  }
  return report;
}

} // namespace

VerifyReport verify_in_parallel(const fs::path& folder, VerifyDepth depth, Communicator& world) {
  VerifyReport own;
  DatasetIndex index;
  agree(world, [&] {
    index = DatasetIndex::load(folder);
    const auto num_ranks = static_cast<std::size_t>(world.size());
    Progress progress({.label = "verify",
                       .unit = "shards",
                       .total = static_cast<std::int64_t>(index.shards.size()),
                       .enabled = world.rank() == 0});
    for (auto shard = static_cast<std::size_t>(world.rank()); shard < index.shards.size(); shard += num_ranks) {
      own.add(verify_shard(folder, index.shards[shard], depth));
      progress.update(static_cast<std::int64_t>(std::min(shard + num_ranks, index.shards.size())));
    }
    progress.finish();
    if (world.rank() == 0) {
      own.add(verify_folder(folder, index));
    }
  });
  VerifyReport all;
  for (const std::string& text : all_gather(world, write_report(own))) {
    all.add(read_report(text));
  }
  if (has_sound_text_states(index, all)) {
    all.add(below(DatasetIndex::text_states_folder, verify_in_parallel(folder / DatasetIndex::text_states_folder, depth, world)));
  }
  std::sort(all.problems.begin(), all.problems.end());
  std::sort(all.damaged_files.begin(), all.damaged_files.end());
  return all;
}

bool is_complete(const RunSession& session) {
  const fs::path& folder = session.dir().path();
  Communicator& world = session.context.world;
  bool finished = false;
  agree(world, [&] {
    std::error_code error;
    if (world.rank() == 0 && fs::exists(folder / DatasetIndex::file_name, error)) {
      try {
        finished = DatasetIndex::load(folder).config_digest == session.config_digest();
      } catch (const DataError&) { // a broken index is made again
      }
    }
  });
  return all_max(world, finished ? 1 : 0) > 0 && verify_in_parallel(folder, VerifyDepth::files, world).problems.empty();
}

void publish_index(DatasetIndex& index, const RunSession& session, const fs::path& folder,
                   const std::vector<std::string>& models) {
  agree(session.context.world, [&] {
    session.dir().check_ownership();
    if (session.context.world.rank() == 0) {
      remove_other_shards(folder, index);
      PatientSet patients;
      for (const std::string& model : models) {
        patients.add_origin(model);
      }
      if (!models.empty()) {
        patients.write(folder);
      }
      index.save(folder);
    }
  });
}

} // namespace radforge
