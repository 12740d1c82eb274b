#pragma once

#include "radforge/nn/parameter_set.hpp"
#include "radforge/nn/share.hpp"
#include "radforge/train/checkpoint_origin.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace radforge {

/// `manifest.json` of a checkpoint set: what must be in the folder for the set to exist. Its first line but one is the digest of
/// all that follows it, so that a flipped bit in the manifest itself is seen.
struct CheckpointManifest {
  static constexpr int schema_version = 2;
  static constexpr const char* file_name = "manifest.json";

  struct File {
    std::uintmax_t bytes = 0;
    std::string digest; ///< XXH3-128

    bool operator==(const File&) const = default;
  };
  /// A file with one rank's part of the flat buffers.
  struct Share {
    std::string file;
    FlatRange range;

    bool operator==(const Share&) const = default;
  };
  /// Where a parameter lies in the flat buffers.
  struct Tensor {
    std::string name;
    std::int64_t offset = 0;
    std::vector<std::int64_t> shape;

    bool operator==(const Tensor&) const = default;
  };

  std::int64_t step = 0;
  std::int64_t epoch = 0; ///< of the owner of the run folder that wrote the set
  int num_ranks = 1;
  CheckpointOrigin origin;
  std::int64_t num_elements = 0; ///< of a flat buffer
  std::vector<Tensor> tensors;
  std::vector<Share> shares;
  std::string state_file;
  std::map<std::string, File> files;

  std::string text() const;
  /// `path` names the manifest in messages. Errors: DataError, also where it is not of `step`.
  static CheckpointManifest parse(std::string_view text, const std::filesystem::path& path, std::int64_t step);
};

} // namespace radforge
