#pragma once

#include <nlohmann/json.hpp>

#include <filesystem>

namespace radforge {

/// Errors: IoError, DataError (no JSON).
nlohmann::ordered_json read_json(const std::filesystem::path& path);

/// A text of an object; empty where there is none.
std::string text_of(const nlohmann::ordered_json& json, const char* key);

} // namespace radforge
