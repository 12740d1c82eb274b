#include "json_file.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"

namespace radforge {

nlohmann::ordered_json read_json(const std::filesystem::path& path) {
  auto json = nlohmann::ordered_json::parse(read_file(path), nullptr, false);
  if (json.is_discarded()) {
    throw DataError("{} is damaged (it is no JSON) make the results again", path.string());
  }
  return json;
}

std::string text_of(const nlohmann::ordered_json& json, const char* key) {
  const auto found = json.find(key);
  return found == json.end() ? "" : found->is_string() ? found->get<std::string>() : found->dump();
}

} // namespace radforge
