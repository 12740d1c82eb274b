#include "checkpoint_manifest.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"
#include "radforge/core/hash.hpp"

#include <nlohmann/json.hpp>

namespace radforge {

namespace fs = std::filesystem;

void CheckpointManifest::add_file(const fs::path& path) {
  files[path.filename().string()] = {fs::file_size(path), digest_file(path)};
}

void CheckpointManifest::write(const fs::path& folder) const {
  nlohmann::json json{{"schema_version", schema_version}, {"step", step}, {"config_digest", config_digest}};
  for (const auto& [name, file] : files) {
    json["files"][name] = {{"bytes", file.bytes}, {"xxh3_128", file.digest}};
  }
  write_file_atomically(folder / file_name, json.dump(2) + "\n");
}

CheckpointManifest CheckpointManifest::read(const fs::path& folder) {
  const fs::path path = folder / file_name;
  const std::string text = read_file(path);
  try {
    const nlohmann::json json = nlohmann::json::parse(text);
    if (json.at("schema_version").get<int>() != schema_version) {
      throw DataError("{} has schema version {} (this version reads {})", path.string(), json.at("schema_version").get<int>(),
                      schema_version);
    }
    CheckpointManifest manifest{json.at("step").get<std::int64_t>(), json.at("config_digest").get<std::string>(), {}};
    for (const auto& [name, file] : json.at("files").items()) {
      manifest.files[name] = {file.at("bytes").get<std::uintmax_t>(), file.at("xxh3_128").get<std::string>()};
    }
    return manifest;
  } catch (const nlohmann::json::exception& error) {
    throw DataError("{} is not a checkpoint manifest ({})", path.string(), error.what());
  }
}

void CheckpointManifest::check_files(const fs::path& folder) const {
  for (const auto& [name, file] : files) {
    const fs::path path = folder / name;
    if (!fs::is_regular_file(path)) {
      throw DataError("{} is missing (the manifest lists it)", path.string());
    }
    if (fs::file_size(path) != file.bytes || digest_file(path) != file.digest) {
      throw DataError("{} is damaged (its size or digest differs from the manifest's)", path.string());
    }
  }
}

} // namespace radforge
