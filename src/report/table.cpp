#include "radforge/report/table.hpp"

#include "radforge/io/csv.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>

namespace radforge {

namespace {

/// Whether nothing, or too much, of a number would be seen with so many digits after the point.
bool is_far_from_one(double value, int digits) {
  const double size = std::abs(value);
  return size != 0 && (size < 0.5 * std::pow(10, -digits) || size >= 1e6);
}

std::string rounded(double value, int digits, bool by_digits_that_count) {
  return by_digits_that_count ? fmt::format("{:.3g}", value) : fmt::format("{:.{}f}", value, digits);
}

} // namespace

std::string csv_of(const Table& table) {
  std::string text;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    text += (i == 0 ? "" : ",") + csv_text(table.columns[i]);
  }
  text += "\n";
  for (const std::vector<Cell>& row : table.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      text += (i == 0 ? "" : ",") + (row[i].exact ? csv_field(*row[i].exact) : csv_text(row[i].text)); // numbers are no formulas
    }
    text += "\n";
  }
  return text;
}

double number_of(const std::string& text) {
  double value = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && rest == text.data() + text.size() ? value : std::numeric_limits<double>::quiet_NaN();
}

Cell number_cell(const std::string& exact, int digits) {
  const double value = number_of(exact);
  return std::isnan(value) ? Cell("–", "") : Cell(rounded(value, digits, is_far_from_one(value, digits)), exact);
}

Cell number_cell(double value, int digits) { return number_cell(std::isnan(value) ? "" : fmt::format("{}", value), digits); }

Cell interval_cell(const std::string& value, const std::string& low, const std::string& high, int digits) {
  Cell cell = number_cell(value, digits);
  if (!low.empty() && !value.empty()) {
    const bool is_far = is_far_from_one(number_of(value), digits); // its ends are written as it is
    cell.text += fmt::format(" ({} to {})", rounded(number_of(low), digits, is_far), rounded(number_of(high), digits, is_far));
    cell.exact = fmt::format("{} ({} to {})", value, low, high);
  }
  return cell;
}

} // namespace radforge
