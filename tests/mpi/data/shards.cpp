#include "radforge/comm/agreement.hpp"
#include "radforge/core/atomic_file.hpp"
#include "radforge/data/rejections.hpp"
#include "radforge/data/sampler.hpp"
#include "radforge/data/shard_maker.hpp"

#include "../../unit/data/site_fixture.hpp"
#include "mpi_world.hpp"

#include <catch2/catch.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <fstream>
#include <numeric>
#include <optional>

using namespace radforge;

namespace {

/// A site that rank 0 makes and removes, its table and images read by all.
class SharedSite {
 public:
  explicit SharedSite(int num_rows) {
    if (test_world().rank() == 0) {
      site_.emplace("nih");
      site_->add_rows(num_rows);
      std::filesystem::create_directory(site_->root() / "out");
    }
    root_ = broadcast(test_world(), site_ ? site_->root().string() : std::string());
  }
  ~SharedSite() { test_world().barrier(); }

  PrepareConfig config() const {
    PrepareConfig config;
    config.sites = {{.name = "nih", .root = root_.string()}};
    config.findings = {"No_Finding", "Effusion"};
    config.image.size = 8;
    config.rows_per_shard = 4;
    return config;
  }
  std::filesystem::path image(int row) const { return root_ / "images" / (std::to_string(row) + ".png"); }
  std::filesystem::path out() const { return root_ / "out"; }

 private:
  std::optional<SiteFixture> site_;
  std::filesystem::path root_;
};

} // namespace

TEST_CASE("ranks that share the shards write what one rank writes, and know all summaries") {
  Communicator& world = test_world();
  const SharedSite site(26);
  const PrepareConfig config = site.config();
  const Manifest manifest = read_manifest(config);
  const std::int64_t num_shards = num_shards_of(26, config.rows_per_shard);
  std::vector<ShardSummary> own;
  for (std::int64_t shard = world.rank(); shard < num_shards; shard += world.size()) {
    own.push_back(ShardMaker(config, manifest, 1).make(shard, site.out()).summary);
  }
  std::vector<ShardSummary> all;
  for (const std::string& text : all_gather(world, write_summaries(own))) {
    const std::vector<ShardSummary> part = read_summaries(text);
    all.insert(all.end(), part.begin(), part.end());
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first_id < b.first_id; });

  const TempFolder alone; // every rank makes all of them once more
  REQUIRE(static_cast<std::int64_t>(all.size()) == num_shards);
  for (std::int64_t shard = 0; shard < num_shards; ++shard) {
    const ShardSummary& summary = all[static_cast<std::size_t>(shard)];
    CHECK(ShardMaker(config, manifest, 2).make(shard, alone.path()).summary == summary);
    CHECK(read_file(alone / summary.file) == read_file(site.out() / summary.file));
  }
}

TEST_CASE("faults that ranks find in their shards give all the same rejections") {
  Communicator& world = test_world();
  const SharedSite site(13);
  if (world.rank() == 0) {
    for (const int row : {0, 5, 12}) {
      std::ofstream(site.image(row)) << "no image";
    }
  }
  world.barrier();
  const PrepareConfig config = site.config();
  const Manifest manifest = read_manifest(config);
  const ShardMaker maker(config, manifest, 1);
  std::vector<ImageFault> own;
  for (std::int64_t shard = world.rank(); shard < maker.num_shards(); shard += world.size()) {
    const std::vector<ImageFault> part = maker.make(shard, site.out()).faults;
    own.insert(own.end(), part.begin(), part.end());
  }
  std::vector<ImageFault> faults;
  for (const std::string& text : all_gather(world, write_faults(own))) {
    const std::vector<ImageFault> part = read_faults(text);
    faults.insert(faults.end(), part.begin(), part.end());
  }
  const std::vector<Rejection> all = all_rejections(config, manifest, faults);
  CHECK(count_by_reason(all, Rejection::Kind::fault) == std::map<std::string, std::size_t>{{"unusable image", 3}});
  CHECK(all.back().image == "images/12.png");
  CHECK_NOTHROW(require_equal(world, rejected_csv(all), "rejections"));
}

TEST_CASE("the slices that ranks take are together the global batch") {
  Communicator& world = test_world();
  std::vector<std::int64_t> ids(31);
  std::iota(ids.begin(), ids.end(), 100);
  for (const std::int64_t batch_size : {12, 7, 2}) {
    Sampler sampler(ids, batch_size, 3);
    for (std::int64_t step = 0; step < 9; ++step) {
      std::string own;
      for (const SampleTurn& turn : sampler.slice(step, world.rank(), world.size())) {
        own += fmt::format("{}/{} ", turn.id, turn.epoch);
      }
      std::string joined;
      for (const std::string& text : all_gather(world, own)) {
        joined += text;
      }
      std::string expected;
      for (const SampleTurn& turn : Sampler(ids, batch_size, 3).batch(step)) {
        expected += fmt::format("{}/{} ", turn.id, turn.epoch);
      }
      CHECK(joined == expected);
    }
  }
}
