#include "value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace radforge {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

/// Whether every YAML reader, of version 1.1 too, takes it for text without quotes.
bool is_plain(const std::string& text) {
  constexpr std::array<std::string_view, 9> reserved{"null", "true", "false", "yes", "no", "on", "off", "y", "n"};
  std::string lower = text;
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return !text.empty() && (is_letter(text[0]) || text[0] == '/') && std::all_of(text.begin(), text.end(), [](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '/' || c == '.' || c == '-';
  }) && std::find(reserved.begin(), reserved.end(), lower) == reserved.end();
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\x{:02x}", byte);
    } else {
      out += c;
    }
  }
  return out + '"';
}

template <class Value>
std::string list_text(const std::vector<Value>& values) {
  std::vector<std::string> texts;
  for (const Value& value : values) {
    texts.push_back(yaml_text(value));
  }
  return fmt::format("[{}]", fmt::join(texts, ", "));
}

} // namespace

std::string yaml_text(bool value) { return value ? "true" : "false"; }
std::string yaml_text(std::int64_t value) { return fmt::format("{}", value); }
std::string yaml_text(double value) { return fmt::format("{}", value); }
std::string yaml_text(const std::string& value) { return is_plain(value) ? value : quoted(value); }
std::string yaml_text(const std::vector<std::int64_t>& values) { return list_text(values); }
std::string yaml_text(const std::vector<std::string>& values) { return list_text(values); }

} // namespace radforge
