#pragma once

#include "radforge/data/dataset.hpp"
#include "radforge/data/shard_maker.hpp"

#include "site_fixture.hpp"

namespace radforge {

/// A finished data set of `num_rows` images in shards of four; pixel 0 of sample i is i.
class DatasetFixture {
 public:
  explicit DatasetFixture(int num_rows) : site_("nih"), path_(folder_ / "set") {
    site_.add_rows(num_rows);
    config_ = site_.prepare_config();
    config_.image.size = 12;
    config_.image.fit = "pad";
    config_.compression_level = 0; // pixels lie in the file as they are, for tests that damage them
    manifest_ = read_manifest(config_);
    std::filesystem::create_directory(path_);
    write();
  }

  const std::filesystem::path& path() const { return path_; }
  const Manifest& manifest() const { return manifest_; }

 private:
  void write() const {
    DatasetIndex index;
    index.name = "prepare";
    index.schema = schema_of(config_);
    index.rows_per_shard = config_.rows_per_shard;
    const ShardMaker maker(config_, manifest_, 1);
    for (std::int64_t shard = 0; shard < maker.num_shards(); ++shard) {
      index.shards.push_back(maker.make(shard, path_).summary);
    }
    index.save(path_);
  }

  SiteFixture site_;
  TempFolder folder_;
  std::filesystem::path path_;
  PrepareConfig config_;
  Manifest manifest_;
};

/// Grey level that tells a sample's image: 12 x 10 images are padded by one column at the left.
inline int shade_of(std::span<const std::uint8_t> pixels) { return pixels[1]; }

} // namespace radforge
