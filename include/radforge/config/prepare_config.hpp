#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace radforge {

class Schema;

/// One hospital's collection on disk.
struct SiteConfig {
  std::string name;
  std::string adapter = "table"; ///< how its files are read
  std::string root;              ///< folder; relative paths start at the working folder
  std::string table = "metadata.csv";
  std::string patient_namespace; ///< sites that number the same patients share it; the site's name if empty
};

/// What becomes of an image's pixels.
struct ImageConfig {
  std::int64_t size = 64;  ///< side of the square, pixels
  std::string fit = "pad"; ///< "pad" to a square, or "crop" the largest one from the middle
  std::string filter = "lanczos";
};

/// Shares of patients; the rest is "test".
struct SplitConfig {
  double train = 0.8;
  double validation = 0.1;
};

struct PrepareConfig {
  std::string task = "images";
  std::int64_t seed = 1;
  std::vector<SiteConfig> sites;
  std::vector<std::string> findings; ///< columns of the site tables, in the order of the shards' finding columns
  std::string prompt = "{age} year old {sex}. {view} view. {findings}.";
  ImageConfig image;
  SplitConfig split;
  std::int64_t rows_per_shard = 512;
  std::int64_t compression_level = 4;
  double max_rejected_fraction = 0.01;
};

void describe(Schema& schema, SiteConfig& config);
void describe(Schema& schema, ImageConfig& config);
void describe(Schema& schema, SplitConfig& config);
void describe(Schema& schema, PrepareConfig& config);

} // namespace radforge
