#include "radforge/io/verify.hpp"

#include "contained.hpp"

#include "radforge/core/error.hpp"
#include "radforge/core/hash.hpp"
#include "radforge/io/dataset_index.hpp"
#include "radforge/io/shard_reader.hpp"

#include <algorithm>
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

bool is_shard_name(std::string_view name) { return name.starts_with("shard-") && name.ends_with(".h5"); }

} // namespace

VerifyReport verify_shard(const fs::path& folder, const ShardSummary& expected) {
  VerifyReport report;
  const fs::path path = folder / expected.file;
  std::error_code error;
  if (!fs::exists(path, error)) {
    report.problems.push_back(fmt::format("{}: missing", path.string()));
    return report;
  }
  report.num_shards = 1;
  try {
    const auto size = static_cast<std::int64_t>(fs::file_size(path));
    report.num_bytes = size;
    if (size != expected.num_bytes) {
      report.problems.push_back(fmt::format("{}: {} bytes where {} belong", path.string(), size, expected.num_bytes));
    }
    if (digest_file(path) != expected.file_digest) {
      report.problems.push_back(fmt::format("{}: file digest differs: {}", path.string(),
                                            run_contained([&] { return difference_in(path, expected); })));
    } else {
      report.num_rows = expected.num_rows;
    }
  } catch (const std::exception& failure) {
    report.problems.push_back(fmt::format("{}: cannot be read: {}", path.string(), failure.what()));
  }
  return report;
}

VerifyReport verify_dataset(const fs::path& folder) {
  const DatasetIndex index = DatasetIndex::load(folder);
  VerifyReport report;
  std::set<std::string> listed;
  for (const ShardSummary& shard : index.shards) {
    const VerifyReport one = verify_shard(folder, shard);
    report.num_shards += one.num_shards;
    report.num_rows += one.num_rows;
    report.num_bytes += one.num_bytes;
    report.problems.insert(report.problems.end(), one.problems.begin(), one.problems.end());
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
  report.problems.insert(report.problems.end(), extra.begin(), extra.end());
  if (!fs::exists(folder / "dataset.h5")) {
    report.problems.push_back(fmt::format("{}: missing", (folder / "dataset.h5").string()));
  }
  return report;
}

} // namespace radforge
