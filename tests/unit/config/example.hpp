#pragma once

#include "radforge/config/load.hpp"
#include "radforge/core/error.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace radforge {

struct ExamplePart {
  std::string name;
  std::int64_t weight = 1;
};

/// A configuration with every kind of field.
struct Example {
  bool enabled = true;
  std::int64_t steps = 10;
  double rate = 0.5;
  std::string title = "plain";
  std::string fit = "pad";
  std::vector<std::int64_t> widths = {1, 2};
  std::vector<std::string> names = {"a"};
  std::vector<std::string> sexes;
  ExamplePart part{"inner", 3};
  std::vector<ExamplePart> parts;
};

inline void describe(Schema& schema, ExamplePart& config) {
  schema.field("name", config.name, "what it is called");
  schema.field("weight", config.weight, IntRange{1, 9}, "how much it counts");
  schema.check(!config.name.empty(), "name is missing (parts have names) give it one");
}

inline void describe(Schema& schema, Example& config) {
  schema.field("enabled", config.enabled, "whether | it runs");
  schema.field("steps", config.steps, IntRange{.least = 1}, "steps taken");
  schema.field("rate", config.rate, RealRange{0, 1}, "share");
  schema.field("title", config.title, "free text");
  schema.field("fit", config.fit, Choices{"pad", "crop"}, "one of two");
  schema.field("widths", config.widths, IntRange{1, 100}, "some widths");
  schema.field("names", config.names, "some names");
  schema.field("sexes", config.sexes, Choices{"M", "F"}, "some sexes");
  schema.section("part", config.part, "a section");
  schema.list("parts", config.parts, "sections");
  schema.check(config.steps != 13, "steps is 13 (unlucky) change it");
}

template <class Config>
Describe describes(Config& config) {
  return [&config](Schema& schema) { describe(schema, config); };
}

inline Example parse_example(const std::string& text, const std::vector<std::string>& overrides = {}) {
  Example config;
  parse_config(text, "x.yaml", overrides, describes(config));
  return config;
}

/// The message of the error of type `Expected` that `act` throws; a text that no check accepts if it throws none.
template <class Expected>
std::string error_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const Expected& error) {
    return error.what();
  }
  return "(no error)";
}

inline std::string example_error(const std::string& text, const std::vector<std::string>& overrides = {}) {
  return error_of<ConfigError>([&] { parse_example(text, overrides); });
}

} // namespace radforge
