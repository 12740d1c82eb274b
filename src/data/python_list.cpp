#include "python_list.hpp"

namespace radforge {
namespace {

/// Reads a text from left to right; every step says whether the text goes on as it must.
class ListReader {
 public:
  explicit ListReader(std::string_view text) : text_(text) {}

  bool read() {
    if (!take('[')) {
      return false;
    }
    while (!take(']')) {
      if (!read_item()) {
        return false;
      }
      if (!take(',')) {
        return take(']') && at_end();
      }
    }
    return at_end();
  }

  std::vector<std::string> items;

 private:
  void skip_spaces() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) {
      ++at_;
    }
  }

  bool at_end() {
    skip_spaces();
    return at_ == text_.size();
  }

  bool take(char c) {
    skip_spaces();
    const bool found = at_ < text_.size() && text_[at_] == c;
    at_ += found ? 1 : 0;
    return found;
  }

  bool read_item() {
    skip_spaces();
    for (const std::string_view nothing : {"nan", "None"}) {
      if (text_.substr(at_).starts_with(nothing)) {
        at_ += nothing.size();
        return true;
      }
    }
    return read_string();
  }

  bool read_string() {
    if (at_ == text_.size() || (text_[at_] != '\'' && text_[at_] != '"')) {
      return false;
    }
    const char quote = text_[at_++];
    std::string item;
    while (at_ < text_.size() && text_[at_] != quote) {
      if (text_[at_] == '\\' && !take_escape()) {
        return false;
      }
      item += text_[at_++];
    }
    if (at_ == text_.size()) {
      return false;
    }
    ++at_;
    items.push_back(std::move(item));
    return true;
  }

  /// Goes to the escaped character: of Python's escapes those that a quoted word needs.
  bool take_escape() {
    ++at_;
    return at_ < text_.size() && (text_[at_] == '\\' || text_[at_] == '\'' || text_[at_] == '"');
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

} // namespace

std::optional<std::vector<std::string>> parse_python_list(std::string_view text) {
  ListReader reader(text);
  return reader.read() ? std::optional(std::move(reader.items)) : std::nullopt;
}

} // namespace radforge
