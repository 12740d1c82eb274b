#pragma once

#include "radforge/io/image.hpp"
#include "radforge/report/plot.hpp"
#include "radforge/report/table.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace radforge {

/// A page that needs no other file and no network: pictures, plots and tables as CSV are in it. It has a contents list, can be
/// read by keyboard and screen reader, on a phone and on paper.
class HtmlPage {
 public:
  explicit HtmlPage(const std::string& title);

  /// A part that the contents list names.
  void section(const std::string& words);
  void heading(const std::string& words);
  void paragraph(const std::string& words);
  void add(const std::string& html) { body_ += html; }
  void add(const Table& table);
  enum class Numbers { folded, shown };
  /// A plot, and below it its numbers. Where it cannot be drawn the numbers alone.
  void add(const Plot& plot, const Table& numbers, Numbers are = Numbers::folded);
  /// What is shown when one opens it.
  void folded(const std::string& summary, const std::string& html);
  void folded(const std::string& summary, const Table& table) { folded(summary, table_html(table)); }

  /// A table whose cells are HTML.
  void begin_table(const std::vector<std::string>& columns);
  void row(const std::vector<std::string>& cells);
  void end_table();

  std::string html() const;
  /// All that were added, in order.
  const std::vector<Table>& tables() const { return tables_; }
  /// Why plots were left out; their numbers are there. Each reason once.
  const std::vector<std::string>& problems() const { return problems_; }

  /// Text as HTML, a line break as one.
  static std::string text(const std::string& words);
  /// A small picture with what stands below it and what is shown when one points at it.
  static std::string figure(const Image& image, const std::string& caption, const std::string& hint);
  /// A large picture, made smaller where it is wider than `max_width`.
  static std::string picture(const Image& image, const std::string& caption, int max_width = 1100);

 private:
  std::string table_html(const Table& table);
  std::optional<std::string> drawn(const Plot& plot);

  std::string title_;
  std::string body_;
  std::vector<std::pair<std::string, std::string>> sections_; ///< id, words
  std::vector<Table> tables_;
  std::vector<std::string> problems_;
};

} // namespace radforge
