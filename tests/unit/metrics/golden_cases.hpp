#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <vector>

namespace radforge {

struct GoldenCase {
  std::vector<double> scores;
  std::vector<std::uint8_t> positive;
  nlohmann::json expected;
};

/// What tools/golden/metrics_ranking.py has written.
inline std::vector<GoldenCase> golden_cases() {
  std::ifstream file(std::filesystem::path(RADFORGE_GOLDEN_DIR) / "metrics" / "ranking.json");
  const nlohmann::json content = nlohmann::json::parse(file);
  std::vector<GoldenCase> cases;
  for (const nlohmann::json& entry : content.at("cases")) {
    cases.push_back({entry.at("scores"), entry.at("positive"), entry});
  }
  return cases;
}

} // namespace radforge
