#pragma once

#include "node.hpp"
#include "radforge/config/schema.hpp"

#include <string>

namespace radforge {

/// What is wrong with a value, to be put behind the key's name: `is not an integer (found "x") write ...`.
struct BadValue {
  std::string text;
};

/// A node's value as a type. Errors: BadValue.
bool to_boolean(const ConfigNode& node);
std::int64_t to_integer(const ConfigNode& node, IntRange range);
double to_real(const ConfigNode& node, RealRange range);
std::string to_text(const ConfigNode& node);
std::string to_choice(const ConfigNode& node, const Choices& choices);

/// "1 to 12", "at least 1", "at most 0", empty for everything.
std::string range_text(IntRange range);
std::string range_text(RealRange range);

/// A value as YAML that reads as the same value: text plain where it cannot be mistaken for another type, else in double
/// quotes; real numbers as the shortest text that reads as the same number.
std::string yaml_text(bool value);
std::string yaml_text(std::int64_t value);
std::string yaml_text(double value);
std::string yaml_text(const std::string& value);
std::string yaml_text(const std::vector<std::int64_t>& values);
std::string yaml_text(const std::vector<std::string>& values);

} // namespace radforge
