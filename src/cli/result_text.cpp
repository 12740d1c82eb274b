#include "result_text.hpp"

#include <fmt/format.h>

#include <cmath>
#include <sstream>

namespace radforge {

std::string number_text(double value) { return std::isnan(value) ? "" : fmt::format("{}", value); }

nlohmann::ordered_json lines_of(const std::string& text) {
  nlohmann::ordered_json lines = nlohmann::ordered_json::array();
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(line);
  }
  return lines;
}

} // namespace radforge
