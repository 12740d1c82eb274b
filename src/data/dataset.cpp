#include "radforge/data/dataset.hpp"

#include "radforge/core/error.hpp"
#include "radforge/io/shard_reader.hpp"

#include "shard_cache.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

namespace radforge {
namespace {

constexpr std::size_t max_open_shards = 128;

bool passes(const std::vector<std::string>& allowed, const std::string& value) {
  return allowed.empty() || std::find(allowed.begin(), allowed.end(), value) != allowed.end();
}

bool is_split(const std::string& text) { return text.empty() || text == "train" || text == "validation" || text == "test"; }

std::string list_text(const char* name, const std::vector<std::string>& values) {
  return values.empty() ? std::string() : fmt::format(", {} {}", name, fmt::join(values, "/"));
}

} // namespace

struct Dataset::State {
  std::filesystem::path folder;
  DatasetIndex index;
  std::vector<SampleRecord> records;
  mutable ShardCache shards;

  explicit State(const std::filesystem::path& folder_)
      : folder(folder_), index(DatasetIndex::load(folder_)), shards(folder_, max_open_shards) {
    for (const ShardSummary& expected : index.shards) {
      read_metadata(expected);
    }
  }

  void read_metadata(const ShardSummary& expected) {
    const auto shard = shards.get(expected.file);
    const auto first_id = static_cast<std::int64_t>(records.size());
    if (shard->schema() != index.schema || shard->num_rows() != expected.num_rows || shard->first_id() != expected.first_id ||
        expected.first_id != first_id) {
      throw DataError("{}: not the shard that {} describes (schema, first id or number of rows differ) verify the data set",
                      (folder / expected.file).string(), DatasetIndex::file_name);
    }
    std::vector<SampleRecord> metadata = shard->metadata();
    for (const SampleRecord& record : metadata) {
      if (!is_split(record.split)) { // it would be in none, and name a folder of an export
        throw DataError("{}: row {} is in the split '{}' (a split is train, validation or test) make the data set again",
                        (folder / expected.file).string(), record.id, record.split);
      }
    }
    std::move(metadata.begin(), metadata.end(), std::back_inserter(records));
  }
};

Dataset::Dataset(const std::filesystem::path& folder) : state_(std::make_unique<State>(folder)) {}
Dataset::~Dataset() = default;

const DatasetIndex& Dataset::index() const { return state_->index; }

const SampleRecord& Dataset::record(std::int64_t id) const {
  require(id >= 0 && id < static_cast<std::int64_t>(state_->records.size()), "the id of a sample");
  return state_->records[static_cast<std::size_t>(id)];
}

void Dataset::values(std::int64_t id, std::span<std::uint8_t> out) const {
  require(id >= 0 && id < static_cast<std::int64_t>(state_->records.size()), "the id of a sample");
  const auto& shards = state_->index.shards;
  const auto after = std::upper_bound(shards.begin(), shards.end(), id,
                                      [](std::int64_t value, const ShardSummary& shard) { return value < shard.first_id; });
  const ShardSummary& shard = *std::prev(after);
  state_->shards.get(shard.file)->values(id - shard.first_id, out);
}

void Dataset::pixels(std::int64_t id, std::span<std::uint8_t> out) const {
  require_images(schema(), state_->folder);
  values(id, out);
}

std::vector<std::int64_t> Dataset::find(const DataSourceConfig& config, const std::string& split) const {
  std::vector<std::int64_t> ids;
  std::set<std::string> sites;
  for (const SampleRecord& record : state_->records) {
    const std::string site = site_of(record);
    sites.insert(site);
    if (record.status == "ok" && (record.split.empty() ? "train" : record.split) == split && passes(config.sites, site) &&
        passes(config.sexes, record.sex) && passes(config.age_groups, record.age_group) && passes(config.views, record.view)) {
      ids.push_back(record.id);
    }
  }
  for (const std::string& site : config.sites) {
    if (sites.count(site) == 0) {
      throw DataError("{}: no site {} (it has {}) correct its sites", state_->folder.string(), site, fmt::join(sites, ", "));
    }
  }
  return ids;
}

std::vector<std::int64_t> Dataset::select(const DataSourceConfig& config, const std::string& split) const {
  std::vector<std::int64_t> ids = find(config, split);
  if (ids.empty()) {
    throw DataError("{}: no sample passes (split {}{}{}{}{}) widen the selection", state_->folder.string(), split,
                    list_text("site", config.sites), list_text("sex", config.sexes), list_text("age group", config.age_groups),
                    list_text("view", config.views));
  }
  return ids;
}

} // namespace radforge
