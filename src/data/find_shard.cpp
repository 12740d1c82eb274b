#include "radforge/core/error.hpp"
#include "radforge/data/shard_maker.hpp"
#include "radforge/io/contained.hpp"
#include "radforge/io/shard_reader.hpp"

#include <algorithm>
#include <string_view>
#include <tuple>

namespace radforge {
namespace {

bool same_plan(const SampleRecord& a, const SampleRecord& b) {
  const auto fields = [](const SampleRecord& r) {
    return std::tie(r.id, r.source, r.patient, r.split, r.sex, r.age, r.age_group, r.race, r.view, r.prompt, r.findings);
  };
  return fields(a) == fields(b);
}

bool same_metadata(const SampleRecord& a, const SampleRecord& b) { return same_plan(a, b) && a.status == b.status; }

constexpr std::string_view whole = "whole ";
constexpr std::string_view io_failure = "I/O ";

/// Whether the shard holds these rows and every image in it can be decoded: `whole` and its summary, or another text.
std::string look_into(const std::filesystem::path& path, const DatasetSchema& schema, std::span<const SampleRecord> records,
                      KnownBefore known) {
  const auto same = known == KnownBefore::all ? same_metadata : same_plan;
  try {
    {
      const ShardReader shard(path);
      const std::vector<SampleRecord> there = shard.metadata();
      if (shard.schema() != schema || !std::equal(there.begin(), there.end(), records.begin(), records.end(), same)) {
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

std::optional<ShardSummary> find_shard(const std::filesystem::path& path, const DatasetSchema& schema,
                                       std::span<const SampleRecord> records, KnownBefore known) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    return std::nullopt;
  }
  // In a child process: a damaged shard, made again now, may end the process that looks into it.
  const std::string found =
      run_contained([&] { return look_into(path, schema, records, known); }, std::filesystem::file_size(path, error));
  if (found.starts_with(io_failure)) {
    throw IoError(found.substr(io_failure.size()));
  }
  return found.starts_with(whole) ? std::optional(read_summaries(found.substr(whole.size())).front()) : std::nullopt;
}

} // namespace radforge
