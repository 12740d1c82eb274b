#pragma once

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <string>
#include <vector>

namespace radforge {

/// What tools/golden/metrics_groups.py has written.
inline const nlohmann::json& golden_groups() {
  static const nlohmann::json content = [] {
    std::ifstream file(std::filesystem::path(RADFORGE_GOLDEN_DIR) / "metrics" / "groups.json");
    return nlohmann::json::parse(file);
  }();
  return content;
}

/// NaN for null, and for what is not there.
inline double number_of(const nlohmann::json& object, const std::string& name) {
  return object.contains(name) && object[name].is_number() ? object[name].get<double>()
                                                           : std::numeric_limits<double>::quiet_NaN();
}

/// Rows of a table whose label is known, as columns.
struct GoldenTable {
  explicit GoldenTable(const nlohmann::json& table) : of(table) {
    for (std::size_t i = 0; i < table.at("known").size(); ++i) {
      if (const int known = table["known"][i]; known >= 0) {
        positive.push_back(static_cast<std::uint8_t>(known));
        scores.push_back(table["scores"][i]);
        second.push_back(table["second"][i]);
        weights.push_back(table["weights"][i]);
        a.push_back(table["a"][i]);
        b.push_back(table["b"][i]);
      }
    }
  }

  const nlohmann::json& of;
  std::vector<double> scores;
  std::vector<double> second;
  std::vector<std::uint8_t> positive;
  std::vector<std::uint32_t> weights;
  std::vector<int> a;
  std::vector<int> b;
};

} // namespace radforge
