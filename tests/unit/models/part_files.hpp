#pragma once

#include "radforge/core/atomic_file.hpp"

#include "temp_folder.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>

namespace radforge {

/// A folder that holds one part's config.json of Stable Diffusion 2.1-base with some keys changed.
class PartFolder {
 public:
  PartFolder(std::string part, const nlohmann::json& changes) : part_(std::move(part)) {
    const std::filesystem::path golden = std::filesystem::path(RADFORGE_GOLDEN_DIR) / "models/sd21_base";
    nlohmann::json config = nlohmann::json::parse(read_file(golden / part_ / "config.json"));
    config.update(changes);
    std::filesystem::create_directories(folder_.path() / part_);
    write_file_atomically(folder_.path() / part_ / "config.json", config.dump());
  }

  const std::filesystem::path& path() const { return folder_.path(); }

 private:
  std::string part_;
  TempFolder folder_;
};

} // namespace radforge
