#include "cell_text.hpp"

#include "radforge/io/utf8.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>

namespace radforge {
namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

} // namespace

std::string to_upper(std::string_view text) {
  std::string upper(text);
  std::transform(upper.begin(), upper.end(), upper.begin(), [](char c) { return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c; });
  return upper;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && is_space(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

std::string on_one_line(std::string_view text) {
  std::string line;
  bool gap = false;
  std::size_t valid = find_invalid_utf8(text);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i == valid) {
      valid = find_invalid_utf8(text.substr(i + 1));
      valid += valid == std::string_view::npos ? 0 : i + 1;
      gap = true;
    } else if (is_space(text[i])) {
      gap = true;
    } else {
      line += gap && !line.empty() ? " " : "";
      line += text[i];
      gap = false;
    }
  }
  return line;
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && stop == end ? std::optional(number) : std::nullopt;
}

std::string read_sex(std::string_view text) {
  const std::string upper = to_upper(text);
  if (upper == "M" || upper == "MALE") {
    return "M";
  }
  if (upper == "F" || upper == "FEMALE") {
    return "F";
  }
  constexpr std::array<std::string_view, 7> unknown{"", "UNKNOWN", "U", "O", "OTHER", "NONE", "NAN"};
  if (std::find(unknown.begin(), unknown.end(), upper) != unknown.end()) {
    return {};
  }
  throw BadRow{fmt::format("unknown sex code: \"{}\" (M, F or nothing)", text)};
}

std::string read_view(std::string_view text) {
  const std::string view = to_upper(trim(text));
  return view == "LL" || view == "RL" ? "LATERAL" : view;
}

std::optional<LabelState> parse_label(std::string_view text) {
  if (text.ends_with(".0")) {
    text.remove_suffix(2);
  } else if (text.empty()) {
    return LabelState::unmentioned;
  }
  if (text == "1") {
    return LabelState::present;
  }
  if (text == "0") {
    return LabelState::absent;
  }
  return text == "-1" ? std::optional(LabelState::uncertain) : std::nullopt;
}

LabelState read_label(std::string_view text, const std::string& column) {
  if (const std::optional<LabelState> state = parse_label(text)) {
    return *state;
  }
  throw BadRow{fmt::format("bad label: \"{}\" in {} (1, 0, -1 or nothing)", text, column)};
}

std::string read_split(std::string_view text) {
  if (text.empty() || text == "train" || text == "validation" || text == "test") {
    return std::string(text);
  }
  if (text == "validate" || text == "valid" || text == "val") {
    return "validation";
  }
  throw BadRow{fmt::format("unknown split: \"{}\" (train, validation, test or nothing)", text)};
}

std::string race_of(std::string_view text) {
  const std::string upper = to_upper(trim(text));
  for (const char* race : {"WHITE", "BLACK", "ASIAN", "HISPANIC"}) {
    if (upper.starts_with(race)) {
      return race;
    }
  }
  for (const char* unknown : {"UNKNOWN", "UNABLE TO OBTAIN", "DECLINED", "REFUSED", "NOT SPECIFIED"}) {
    if (upper.find(unknown) != std::string::npos) {
      return {};
    }
  }
  return upper.empty() ? "" : "OTHER";
}

std::string read_image_path(const std::string& text) {
  if (text.empty()) {
    throw BadRow{"no image named"};
  }
  const std::filesystem::path path = std::filesystem::path(text).lexically_normal();
  if (path.is_absolute() || *path.begin() == "..") {
    throw BadRow{"image outside the site's folder"};
  }
  return path.generic_string();
}

} // namespace radforge
