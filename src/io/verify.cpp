#include "radforge/io/verify.hpp"

#include "radforge/io/contained.hpp"

#include "radforge/core/error.hpp"
#include "radforge/core/hash.hpp"
#include "radforge/io/dataset_index.hpp"
#include "radforge/io/shard_reader.hpp"

#include <algorithm>
#include <functional>
#include <set>
#include <string_view>
#include <system_error>

namespace radforge {
namespace {

namespace fs = std::filesystem;

/// The rows that differ, as "3, 7-9, 12".
std::string ranges_of(const std::vector<std::int64_t>& rows) {
  std::string text;
  for (std::size_t i = 0; i < rows.size();) {
    std::size_t end = i + 1;
    while (end < rows.size() && rows[end] == rows[end - 1] + 1) {
      ++end;
    }
    text += text.empty() ? "" : ", ";
    text += end - i == 1 ? fmt::format("{}", rows[i]) : fmt::format("{}-{}", rows[i], rows[end - 1]);
    i = end;
  }
  return text;
}

bool row_differs(const ShardReader& reader, std::int64_t row, const ShardSummary& expected) {
  try {
    return reader.row_digest(row) != expected.row_digests[static_cast<std::size_t>(row)];
  } catch (const DataError&) {
    return true;
  }
}

/// Says what differs inside a shard whose file differs.
std::string difference_in(const fs::path& path, const ShardSummary& expected) {
  try {
    const ShardReader reader(path);
    if (reader.first_id() != expected.first_id || reader.num_rows() != expected.num_rows) {
      return fmt::format("holds ids {} to {} where {} to {} belong: another shard lies under this name", reader.first_id(),
                         reader.first_id() + reader.num_rows() - 1, expected.first_id, expected.first_id + expected.num_rows - 1);
    }
    std::vector<std::int64_t> rows;
    for (std::int64_t row = 0; row < expected.num_rows; ++row) {
      if (row_differs(reader, row, expected)) {
        rows.push_back(row);
      }
    }
    if (rows.empty()) {
      return "all images are right: metadata or structure is damaged";
    }
    return fmt::format("images differ in rows {}", ranges_of(rows));
  } catch (const Error& error) {
    return fmt::format("no row can be read: {}", error.what());
  }
}

/// The rows of a shard whose file is right and whose decoded pixels are not those that were written.
std::string difference_of_pixels(const fs::path& path, const ShardSummary& expected) {
  const ShardReader reader(path);
  std::vector<std::int64_t> rows;
  for (std::int64_t row = 0; row < expected.num_rows; ++row) {
    if (reader.pixel_digest(row) != expected.pixel_digests[static_cast<std::size_t>(row)]) {
      rows.push_back(row);
    }
  }
  return rows.empty() ? std::string() : fmt::format("pixels differ in rows {}", ranges_of(rows));
}

bool is_shard_name(std::string_view name) { return name.starts_with("shard-") && name.ends_with(".h5"); }

/// What is wrong with a file of this size and digest; empty if nothing is. `on_difference` explains a digest that differs.
std::vector<std::string> problems_of(const fs::path& path, std::int64_t num_bytes, const std::string& file_digest,
                                     const std::function<std::string()>& on_difference) {
  std::error_code error;
  if (!fs::exists(path, error)) {
    return {"missing"};
  }
  try {
    std::vector<std::string> problems;
    if (const auto size = static_cast<std::int64_t>(fs::file_size(path)); size != num_bytes) {
      problems.push_back(fmt::format("{} bytes where {} belong", size, num_bytes));
    }
    if (digest_file(path) != file_digest) {
      problems.push_back("file digest differs" + on_difference());
    }
    return problems;
  } catch (const std::exception& failure) {
    return {fmt::format("cannot be read: {}", failure.what())};
  }
}

/// `file` is as from `folder`.
void add_problems(VerifyReport& report, const fs::path& folder, const std::string& file,
                  const std::vector<std::string>& problems) {
  for (const std::string& problem : problems) {
    report.problems.push_back(fmt::format("{}: {}", (folder / file).string(), problem));
  }
  if (!problems.empty()) {
    report.damaged_files.push_back(file);
  }
}

std::string text_states_index() { return fmt::format("{}/{}", DatasetIndex::text_states_folder, DatasetIndex::file_name); }

} // namespace

void VerifyReport::add(const VerifyReport& other) {
  num_shards += other.num_shards;
  num_rows += other.num_rows;
  num_bytes += other.num_bytes;
  problems.insert(problems.end(), other.problems.begin(), other.problems.end());
  damaged_files.insert(damaged_files.end(), other.damaged_files.begin(), other.damaged_files.end());
}

VerifyReport verify_shard(const fs::path& folder, const ShardSummary& expected, VerifyDepth depth) {
  const fs::path path = folder / expected.file;
  std::vector<std::string> problems = problems_of(path, expected.num_bytes, expected.file_digest, [&] {
    return ": " + run_contained([&] { return difference_in(path, expected); }, fs::file_size(path));
  });
  if (problems.empty() && depth == VerifyDepth::pixels) {
    try {
      if (const std::string difference = difference_of_pixels(path, expected); !difference.empty()) {
        problems.push_back(difference);
      }
    } catch (const Error& error) { // the file is as it was written: written so
      problems.push_back(fmt::format("an image cannot be decoded: {}", error.what()));
    }
  }
  VerifyReport report;
  add_problems(report, folder, expected.file, problems);
  std::error_code error;
  if (const auto size = fs::file_size(path, error); !error) {
    report.num_shards = 1;
    report.num_bytes = static_cast<std::int64_t>(size);
    report.num_rows = problems.empty() ? expected.num_rows : 0;
  }
  return report;
}

VerifyReport verify_folder(const fs::path& folder, const DatasetIndex& index) {
  VerifyReport report;
  std::set<std::string> listed;
  for (const ShardSummary& shard : index.shards) {
    listed.insert(shard.file);
  }
  std::vector<std::string> extra;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (is_shard_name(name) && !listed.contains(name)) {
      extra.push_back(fmt::format("{}: extra, {} does not list it", entry.path().string(), DatasetIndex::file_name));
    }
  }
  std::sort(extra.begin(), extra.end());
  report.problems = std::move(extra);
  const fs::path path = folder / DatasetIndex::virtual_file_name;
  add_problems(report, folder, DatasetIndex::virtual_file_name,
               problems_of(path, index.virtual_file.num_bytes, index.virtual_file.file_digest, [] { return std::string(); }));
  if (index.text_states) {
    add_problems(report, folder, text_states_index(),
                 problems_of(folder / text_states_index(), index.text_states->num_bytes, index.text_states->file_digest,
                             [] { return std::string(); }));
  }
  return report;
}

bool has_sound_text_states(const DatasetIndex& index, const VerifyReport& report) {
  return index.text_states && std::ranges::find(report.damaged_files, text_states_index()) == report.damaged_files.end();
}

VerifyReport below(const std::string& subfolder, VerifyReport report) {
  for (std::string& file : report.damaged_files) {
    file = subfolder + "/" + file;
  }
  return report;
}

VerifyReport verify_dataset(const fs::path& folder, VerifyDepth depth) {
  const DatasetIndex index = DatasetIndex::load(folder);
  VerifyReport report;
  for (const ShardSummary& shard : index.shards) {
    report.add(verify_shard(folder, shard, depth));
  }
  report.add(verify_folder(folder, index));
  if (has_sound_text_states(index, report)) {
    report.add(below(DatasetIndex::text_states_folder, verify_dataset(folder / DatasetIndex::text_states_folder, depth)));
  }
  return report;
}

} // namespace radforge
