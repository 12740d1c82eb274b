#include "checkpoint_manifest.hpp"

#include "radforge/core/build_info.hpp"
#include "radforge/core/error.hpp"
#include "radforge/core/hash.hpp"

#include <nlohmann/json.hpp>

namespace radforge {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view before_digest = "{\n  \"xxh3_128\": \"";
constexpr std::string_view after_digest = "\",\n";
constexpr std::size_t digest_size = 32;

// What the digest speaks of: all that follows it.
std::string_view signed_part(std::string_view text, const std::string& name) {
  const std::size_t begin = before_digest.size() + digest_size + after_digest.size();
  if (text.size() < begin || !text.starts_with(before_digest) ||
      text.substr(begin - after_digest.size(), after_digest.size()) != after_digest) {
    // Sets of the first schema had no digest here.
    const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
    if (json.is_object() &&
        json.value("schema_version", CheckpointManifest::schema_version) != CheckpointManifest::schema_version) {
      throw DataError("{} has schema version {} (this version reads {}). Go on with the version of radforge that wrote it", name,
                      json["schema_version"].dump(), CheckpointManifest::schema_version);
    }
    throw DataError("{} is damaged (it does not begin with its digest)", name);
  }
  const std::string_view part = text.substr(begin);
  if (digest(part) != text.substr(before_digest.size(), digest_size)) {
    throw DataError("{} is damaged (its digest is another)", name);
  }
  return part;
}

// Every element is in one share, and every file listed is one of the set's own.
void check(const CheckpointManifest& manifest, const std::string& name) {
  std::int64_t end = 0;
  for (const CheckpointManifest::Share& share : manifest.shares) {
    if (share.range.count < 0 || (share.range.count > 0 && share.range.first != end) || !manifest.files.contains(share.file)) {
      throw DataError("{} is no whole set (share {} begins at element {} where {} was expected, or is not listed)", name,
                      share.file, share.range.first, end);
    }
    end += share.range.count;
  }
  if (end != manifest.num_elements || !manifest.files.contains(manifest.state_file)) {
    throw DataError("{} is no whole set (shares end at element {} of {}, or the state file is not listed)", name, end,
                    manifest.num_elements);
  }
  for (const auto& [file, _] : manifest.files) {
    if (file.empty() || file == "." || file == ".." || file.find('/') != std::string::npos) {
      throw DataError("{} lists '{}', which is no file of its folder", name, file);
    }
  }
}

} // namespace

std::string CheckpointManifest::text() const {
  nlohmann::ordered_json json{{"schema_version", schema_version},
                              {"step", step},
                              {"samples", step * origin.batch_size},
                              {"epoch", epoch},
                              {"num_ranks", num_ranks},
                              {"threads_a_rank", origin.threads_a_rank},
                              {"batch_size", origin.batch_size},
                              {"radforge", build_info().version},
                              {"config_digest", origin.config_digest},
                              {"data_digest", origin.data_digest},
                              {"num_elements", num_elements},
                              {"state_file", state_file}};
  for (const auto& [name, file] : files) {
    json["files"][name] = {{"bytes", file.bytes}, {"xxh3_128", file.digest}};
  }
  for (const Share& share : shares) {
    json["shares"].push_back({{"file", share.file}, {"first", share.range.first}, {"count", share.range.count}});
  }
  json["tensors"] = nlohmann::json::array();
  for (const Tensor& tensor : tensors) {
    json["tensors"].push_back({{"name", tensor.name}, {"offset", tensor.offset}, {"shape", tensor.shape}});
  }
  json["config"] = origin.config;
  const std::string part = json.dump(1).substr(2) + "\n"; // without its "{\n"
  return fmt::format("{}{}{}{}", before_digest, digest(part), after_digest, part);
}

CheckpointManifest CheckpointManifest::parse(std::string_view text, const fs::path& path, std::int64_t step) {
  const std::string name = path.string();
  const std::string_view part = signed_part(text, name);
  CheckpointManifest manifest;
  try {
    const nlohmann::json json = nlohmann::json::parse("{" + std::string(part));
    if (json.at("schema_version").get<int>() != schema_version) {
      throw DataError("{} has schema version {} (this version reads {}). Go on with the version of radforge that wrote it", name,
                      json.at("schema_version").get<int>(), schema_version);
    }
    manifest.step = json.at("step").get<std::int64_t>();
    manifest.epoch = json.at("epoch").get<std::int64_t>();
    manifest.num_ranks = json.at("num_ranks").get<int>();
    manifest.origin = {json.at("config").get<std::string>(), json.at("config_digest").get<std::string>(),
                       json.at("data_digest").get<std::string>(), json.at("threads_a_rank").get<int>(),
                       json.at("batch_size").get<std::int64_t>()};
    manifest.num_elements = json.at("num_elements").get<std::int64_t>();
    manifest.state_file = json.at("state_file").get<std::string>();
    for (const auto& [file, entry] : json.at("files").items()) {
      manifest.files[file] = {entry.at("bytes").get<std::uintmax_t>(), entry.at("xxh3_128").get<std::string>()};
    }
    for (const auto& share : json.at("shares")) {
      manifest.shares.push_back(
          {share.at("file").get<std::string>(), {share.at("first").get<std::int64_t>(), share.at("count").get<std::int64_t>()}});
    }
    for (const auto& tensor : json.at("tensors")) {
      manifest.tensors.push_back({tensor.at("name").get<std::string>(), tensor.at("offset").get<std::int64_t>(),
                                  tensor.at("shape").get<std::vector<std::int64_t>>()});
    }
  } catch (const nlohmann::json::exception& error) {
    throw DataError("{} is not a checkpoint manifest ({})", name, error.what());
  }
  if (manifest.step != step) {
    throw DataError("{} is of step {} (that is not its folder's)", name, manifest.step);
  }
  check(manifest, name);
  return manifest;
}

} // namespace radforge
