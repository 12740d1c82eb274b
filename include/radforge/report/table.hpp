#pragma once

#include <optional>
#include <string>
#include <vector>

namespace radforge {

/// What a table shows in a cell, and what it is in full.
struct Cell {
  std::string text;
  std::optional<std::string> exact; ///< in files, "0.93014705"; nothing: the text
  std::optional<double> shade;      ///< of a heat map, 0 to 1

  Cell(std::string words) : text(std::move(words)) {} // a cell is mostly words
  Cell(const char* words) : text(words) {}
  Cell(std::string words, std::string number) : text(std::move(words)), exact(std::move(number)) {}

  const std::string& in_full() const { return exact ? *exact : text; }
};

/// Rows of a table with what it says. The first column names the rows.
struct Table {
  std::string name; ///< of its file, "areas-nih"
  std::string caption;
  std::vector<std::string> columns;
  std::vector<std::vector<Cell>> rows = {};
};

/// As CSV, every number in full.
std::string csv_of(const Table& table);

/// A number of a table of results with `digits` after the point; a dash where there is none.
Cell number_cell(const std::string& exact, int digits = 3);
Cell number_cell(double value, int digits = 3);

/// "0.930 (0.884 to 0.970)", without what is in parentheses where there is no interval.
Cell interval_cell(const std::string& value, const std::string& low, const std::string& high, int digits = 3);

/// Of a text of a table of results; NaN where there is none.
double number_of(const std::string& text);

} // namespace radforge
