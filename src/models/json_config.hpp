#pragma once

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>

namespace radforge {

/// A configuration file of the Python ecosystem, with errors that name file and key.
class JsonConfig {
 public:
  explicit JsonConfig(std::filesystem::path path) : path_(std::move(path)) {
    try {
      json_ = nlohmann::json::parse(read_file(path_));
    } catch (const nlohmann::json::exception& error) {
      throw DataError("{} is not JSON ({})", path_.string(), error.what());
    }
  }

  template <class T>
  T get(const char* key) const {
    try {
      return json_.at(key).get<T>();
    } catch (const nlohmann::json::exception& error) {
      throw DataError("{}: key '{}' is missing or of another type ({})", path_.string(), key, error.what());
    }
  }

  template <class T>
  T get_or(const char* key, T fallback) const {
    return json_.is_object() && json_.contains(key) && !json_.at(key).is_null() ? get<T>(key) : fallback;
  }

  void require_class(const char* key, const std::string& expected) const {
    if (const auto found = get<std::string>(key); found != expected) {
      throw DataError("{} describes a {} (only {} is supported here)", path_.string(), found, expected);
    }
  }

 private:
  std::filesystem::path path_;
  nlohmann::json json_;
};

inline void write_json(const std::filesystem::path& path, const nlohmann::ordered_json& json) {
  std::filesystem::create_directories(path.parent_path());
  write_file_atomically(path, json.dump(2) + "\n");
}

} // namespace radforge
