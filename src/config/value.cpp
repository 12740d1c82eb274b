#include "value.hpp"

#include "radforge/core/nearest.hpp"

#include <fmt/core.h>

#include <charconv>
#include <cmath>

namespace radforge {
namespace {

/// The text of an unquoted scalar; what else there may be is not `expected`.
const std::string& plain(const ConfigNode& node, const char* expected, const char* example) {
  if (node.kind != ConfigNode::Kind::scalar || node.quoted) {
    throw BadValue{fmt::format("is not {} (found {}{}) write it as {}", expected, node.describe(),
                               node.quoted ? " in quotes" : "", example)};
  }
  return node.text;
}

template <class Value, class Range>
Value within(Value value, Range range) {
  if (value < range.least || value > range.most) {
    throw BadValue{fmt::format("is {} (allowed: {}) change it", value, range_text(range))};
  }
  return value;
}

bool has_leading_zero(const std::string& text) {
  const std::size_t first = text.find_first_not_of('-');
  return first + 1 < text.size() && text[first] == '0';
}

} // namespace

bool to_boolean(const ConfigNode& node) {
  const std::string& text = plain(node, "a truth value", "true or false");
  if (text != "true" && text != "false") {
    throw BadValue{fmt::format("is not a truth value (found \"{}\") write it as true or false", text)};
  }
  return text == "true";
}

std::int64_t to_integer(const ConfigNode& node, IntRange range) {
  const std::string& text = plain(node, "an integer", "digits, such as 12");
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc::result_out_of_range && stop == end) {
    throw BadValue{fmt::format("is {} (allowed: integers of 64 bits) change it", text)};
  }
  if (error != std::errc() || stop != end) {
    throw BadValue{fmt::format("is not an integer (found {}) write it as digits, such as 12", node.describe())};
  }
  if (has_leading_zero(text)) {
    throw BadValue{fmt::format("is {} (a leading zero means octal to some readers) remove the zero", text)};
  }
  return within(value, range);
}

double to_real(const ConfigNode& node, RealRange range) {
  const std::string& text = plain(node, "a number", "0.5 or 1e-3");
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if ((error == std::errc::result_out_of_range && stop == end) ||
      (error == std::errc() && stop == end && !std::isfinite(value))) {
    throw BadValue{fmt::format("is {} (allowed: finite numbers of 64 bits) change it", text)};
  }
  if (error != std::errc() || stop != end) {
    throw BadValue{fmt::format("is not a number (found {}) write it as 0.5 or 1e-3", node.describe())};
  }
  return within(value, range);
}

std::string to_text(const ConfigNode& node) {
  if (node.kind != ConfigNode::Kind::scalar) {
    throw BadValue{fmt::format("is not text (found {}) write one value", node.describe())};
  }
  return node.text;
}

std::string to_choice(const ConfigNode& node, const Choices& choices) {
  std::string text = to_text(node);
  for (const std::string& choice : choices) {
    if (text == choice) {
      return text;
    }
  }
  throw BadValue{fmt::format("is {} (not one of the choices) {}", node.describe(), suggest(text, choices))};
}

std::string range_text(IntRange range) {
  const IntRange all;
  if (range.least == all.least && range.most == all.most) {
    return {};
  }
  if (range.most == all.most) {
    return fmt::format("at least {}", range.least);
  }
  return range.least == all.least ? fmt::format("at most {}", range.most) : fmt::format("{} to {}", range.least, range.most);
}

std::string range_text(RealRange range) {
  if (std::isinf(range.least) && std::isinf(range.most)) {
    return {};
  }
  if (std::isinf(range.most)) {
    return fmt::format("at least {}", range.least);
  }
  return std::isinf(range.least) ? fmt::format("at most {}", range.most) : fmt::format("{} to {}", range.least, range.most);
}

} // namespace radforge
