#pragma once

#include "radforge/config/load.hpp"
#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace radforge {

/// The release of diffusers whose configuration keys written files follow.
inline constexpr const char* diffusers_version = "0.30.0";

/// A configuration file of the Python ecosystem, with errors that name file and key. A key that is null counts as absent.
class JsonConfig {
 public:
  explicit JsonConfig(const std::filesystem::path& path) : JsonConfig(path, read_file(path)) {}
  /// The file's text, read and maybe mended by the caller.
  JsonConfig(std::filesystem::path path, const std::string& text) : path_(std::move(path)) {
    try {
      json_ = nlohmann::json::parse(text);
    } catch (const nlohmann::json::exception& error) {
      throw DataError("{} is not JSON ({}). Take the file as it was saved", path_.string(), error.what());
    }
    if (!json_.is_object()) {
      throw DataError("{} holds no object of keys and values. Take the file that was saved with the weights", path_.string());
    }
  }

  bool has(const std::string& key) const { return json_.contains(key) && !json_.at(key).is_null(); }

  template <class T>
  T get(const std::string& key) const {
    try {
      const nlohmann::json& value = json_.at(key);
      if (std::is_same_v<T, std::int64_t> || std::is_same_v<T, std::vector<std::int64_t>>) {
        require_whole(key, value);
      }
      return value.get<T>();
    } catch (const nlohmann::json::exception& error) {
      throw DataError("{}: key '{}' is missing or of another type ({}). Take the file as it was saved", path_.string(), key,
                      error.what());
    }
  }

  template <class T>
  T get_or(const std::string& key, T fallback) const {
    return has(key) ? get<T>(key) : fallback;
  }

  /// One number for all of `count` blocks, or a list.
  std::vector<std::int64_t> per_block(const std::string& key, std::size_t count) const {
    return json_.contains(key) && json_.at(key).is_array() ? get<std::vector<std::int64_t>>(key)
                                                           : std::vector<std::int64_t>(count, get<std::int64_t>(key));
  }

  void require_class(const std::string& key, const std::string& expected) const {
    if (const auto found = get<std::string>(key); found != expected) {
      throw DataError("{} describes a {} (only {} is supported here). Take a pipeline of that class", path_.string(), found,
                      expected);
    }
  }

  /// Refuses any value of `key` but the one that is built here; absent is that one too.
  void require_value(const std::string& key, const nlohmann::json& supported) const {
    if (has(key) && json_.at(key) != supported) {
      throw DataError("{}: {} is {} (only {} is supported here). Take a model that does without", path_.string(), key,
                      json_.at(key).dump(), supported.dump());
    }
  }

  /// Refuses a key beside `known` that asks for something: a model of a later release may have parts that are not built here.
  void require_known(const std::vector<std::string_view>& known) const {
    for (const auto& [key, value] : json_.items()) {
      const bool asks = !value.is_null() && value != false && !key.starts_with('_');
      if (asks && std::find(known.begin(), known.end(), key) == known.end()) {
        throw DataError("{}: key '{}' with value {} is not known here (the model may have a part that is not supported). Take a "
                        "model that does without",
                        path_.string(), key, value.dump());
      }
    }
  }

  /// Holds the values read to the ranges that a configuration of one's own is held to.
  template <class Config>
  void check(Config config) const {
    const Describe description = [&config](Schema& schema) { describe(schema, config); };
    try {
      parse_config(dump_config(description), path_.filename().string(), {}, description);
    } catch (const ConfigError& error) {
      throw DataError("{} describes a model that cannot be built (as read: {}). Take the file as it was saved", path_.string(),
                      error.what());
    }
  }

  const std::filesystem::path& path() const { return path_; }

 private:
  /// The library would cut a fraction off without a word.
  void require_whole(const std::string& key, const nlohmann::json& value) const {
    const auto has_fraction = [](const nlohmann::json& number) { return number.is_number_float(); };
    if (value.is_array() ? std::any_of(value.begin(), value.end(), has_fraction) : has_fraction(value)) {
      throw DataError("{}: key '{}' is {} (whole numbers are needed). Take the file as it was saved", path_.string(), key,
                      value.dump());
    }
  }

  std::filesystem::path path_;
  nlohmann::json json_;
};

inline void write_json(const std::filesystem::path& path, const nlohmann::ordered_json& json) {
  std::filesystem::create_directories(path.parent_path());
  write_file_atomically(path, json.dump(2) + "\n");
}

} // namespace radforge
