#include "prepare_job.hpp"

#include "radforge/comm/agreement.hpp"
#include "radforge/core/error.hpp"
#include "radforge/core/hash.hpp"
#include "radforge/data/shard_maker.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace radforge {

namespace {

/// Digest of all that the tables say: a corrected cell makes other shards.
std::string digest_of(const Manifest& manifest) {
  Digest digest;
  const auto add = [&](const std::string& text) {
    digest.update(std::as_bytes(std::span(text)));
    digest.update(std::as_bytes(std::span("\0", 1)));
  };
  for (const ManifestRow& row : manifest.rows) {
    const SampleRecord& r = row.record;
    for (const std::string* text : {&r.source, &r.patient, &r.split, &r.sex, &r.age_group, &r.race, &r.view, &r.prompt}) {
      add(*text);
    }
    add(fmt::format("{} {}", row.line, r.age));
    digest.update(std::as_bytes(std::span(r.findings)));
  }
  add(rejected_csv(manifest.rejections));
  return digest.hex();
}

} // namespace

PrepareJob::PrepareJob(const PrepareConfig& config, Communicator& world) : config_(config), world_(world) {
  agree(world, [&] { manifest_ = read_manifest(config); });
}

ShardJob PrepareJob::shards() {
  const std::string inputs = fmt::format("site tables {}\n", digest_of(manifest_));
  require_equal(world_, inputs, "content of the site tables");
  const auto maker = std::make_shared<const ShardMaker>(config_, manifest_, at::get_num_threads());
  return {.label = "prepare",
          .inputs = inputs,
          .schema = schema_of(config_),
          .num_shards = maker->num_shards(),
          .find = [this, maker](std::int64_t shard, const std::filesystem::path& folder) -> std::optional<ShardSummary> {
            std::optional<PreparedShard> found = maker->find(shard, folder);
            return found ? std::optional(note(std::move(*found))) : std::nullopt;
          },
          .make = [this, maker](std::int64_t shard,
                                const std::filesystem::path& folder) { return note(maker->make(shard, folder)); }};
}

ShardSummary PrepareJob::note(PreparedShard shard) {
  std::move(shard.faults.begin(), shard.faults.end(), std::back_inserter(own_faults_));
  return std::move(shard.summary);
}

std::vector<ImageFault> PrepareJob::faults() const {
  std::vector<ImageFault> all;
  for (const std::string& text : all_gather(world_, write_faults(own_faults_))) {
    const std::vector<ImageFault> part = read_faults(text);
    all.insert(all.end(), part.begin(), part.end());
  }
  std::sort(all.begin(), all.end(), [](const ImageFault& a, const ImageFault& b) { return a.row < b.row; });
  agree(world_, [&] { require_missing_here_too(config_, manifest_, all); });
  return all;
}

} // namespace radforge
