#include "radforge/core/nearest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <numeric>

namespace radforge {
namespace {

/// Levenshtein distance, case apart.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = diagonal + (lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({change, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

} // namespace

std::optional<std::string> nearest_name(std::string_view wrong, const std::vector<std::string>& names, std::size_t most_changes) {
  constexpr std::size_t longest_name = 100; // longer ones are no typing errors, and cost time
  if (names.empty() || wrong.size() > longest_name) {
    return std::nullopt;
  }
  const auto nearest = std::min_element(names.begin(), names.end(), [&](const std::string& a, const std::string& b) {
    return edit_distance(wrong, a) < edit_distance(wrong, b);
  });
  return edit_distance(wrong, *nearest) <= most_changes ? std::optional(*nearest) : std::nullopt;
}

std::string suggest(std::string_view wrong, const std::vector<std::string>& names) {
  if (names.empty()) {
    return "remove it";
  }
  if (const auto nearest = nearest_name(wrong, names, std::max<std::size_t>(2, wrong.size() / 3))) {
    return fmt::format("did you mean \"{}\"?", *nearest);
  }
  return fmt::format("known are {}", fmt::join(names, ", "));
}

} // namespace radforge
