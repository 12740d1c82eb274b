#pragma once

#include "radforge/io/image.hpp"

#include <string>
#include <vector>

namespace radforge {

/// A page that needs no other file: pictures are in it.
class HtmlPage {
 public:
  explicit HtmlPage(const std::string& title);

  void heading(const std::string& words);
  void begin_table(const std::vector<std::string>& columns);
  /// Cells are HTML.
  void row(const std::vector<std::string>& cells);
  void end_table();
  void add(const std::string& html) { body_ += html; }
  std::string html() const;

  /// Text as HTML, a line break as one.
  static std::string text(const std::string& words);
  /// A picture with what stands below it and what is shown when one points at it.
  static std::string figure(const Image& image, const std::string& caption, const std::string& hint);

 private:
  std::string title_;
  std::string body_;
};

} // namespace radforge
