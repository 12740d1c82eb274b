#include "radforge/core/error.hpp"
#include "radforge/data/shard_maker.hpp"
#include "radforge/io/contained.hpp"
#include "radforge/io/shard_reader.hpp"

#include <algorithm>
#include <string_view>
#include <tuple>

namespace radforge {
namespace {

using RowTest = std::function<bool(const SampleRecord& row)>;

constexpr std::string_view whole = "whole ";
constexpr std::string_view io_failure = "I/O ";

/// Whether the shard holds what it should and every image in it can be decoded: `whole` and its summary, or another text.
std::string look_into(const std::filesystem::path& path, const DatasetSchema& schema, std::int64_t num_rows,
                      const RowTest& is_expected) {
  try {
    {
      const ShardReader shard(path);
      if (shard.schema() != schema || shard.num_rows() != num_rows || !std::ranges::all_of(shard.metadata(), is_expected)) {
        return "other rows";
      }
    }
    return std::string(whole) + write_summaries({summarize_shard(path)});
  } catch (const IoError& error) {
    return std::string(io_failure) + error.what();
  } catch (const DataError& error) {
    return error.what();
  }
}

} // namespace

bool is_as_planned(const SampleRecord& row, const SampleRecord& planned) {
  const auto fields = [](const SampleRecord& r) {
    return std::tie(r.id, r.source, r.patient, r.split, r.sex, r.age, r.age_group, r.race, r.view, r.prompt, r.findings);
  };
  return fields(row) == fields(planned);
}

std::optional<ShardSummary> find_shard(const std::filesystem::path& path, const DatasetSchema& schema, std::int64_t num_rows,
                                       const RowTest& is_expected) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    return std::nullopt;
  }
  // In a child process: a damaged shard, made again now, may end the process that looks into it.
  const std::string found =
      run_contained([&] { return look_into(path, schema, num_rows, is_expected); }, std::filesystem::file_size(path, error));
  if (found.starts_with(io_failure)) {
    throw IoError(found.substr(io_failure.size()));
  }
  return found.starts_with(whole) ? std::optional(read_summaries(found.substr(whole.size())).front()) : std::nullopt;
}

std::optional<ShardSummary> find_shard(const std::filesystem::path& path, const DatasetSchema& schema,
                                       std::span<const SampleRecord> records) {
  const auto is_expected = [records](const SampleRecord& row) {
    const std::int64_t place = row.id - records.front().id;
    return place >= 0 && place < std::ssize(records) && is_as_planned(row, records[static_cast<std::size_t>(place)]) &&
           row.status == records[static_cast<std::size_t>(place)].status;
  };
  return find_shard(path, schema, std::ssize(records), is_expected);
}

} // namespace radforge
