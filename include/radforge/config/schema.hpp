#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace radforge {

struct IntRange {
  std::int64_t least = std::numeric_limits<std::int64_t>::min();
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
};
struct RealRange {
  double least = -std::numeric_limits<double>::infinity();
  double most = std::numeric_limits<double>::infinity();
};
using Choices = std::vector<std::string>;

/// One description of a section serves reading, checking, dumping and documenting it. A section is a plain struct with a function
/// `void describe(Schema&, Section&)` that names each field with its range and meaning; implementations of Schema do the rest.
class Schema {
 public:
  virtual ~Schema() = default;
  virtual void field(const char* name, bool& value, const char* help) = 0;
  virtual void field(const char* name, std::int64_t& value, IntRange range, const char* help) = 0;
  virtual void field(const char* name, double& value, RealRange range, const char* help) = 0;
  virtual void field(const char* name, std::string& value, const char* help) = 0;
  /// One of the choices.
  virtual void field(const char* name, std::string& value, const Choices& choices, const char* help) = 0;
  virtual void field(const char* name, std::vector<std::int64_t>& value, IntRange range, const char* help) = 0;
  virtual void field(const char* name, std::vector<std::string>& value, const char* help) = 0;
  virtual void field(const char* name, std::vector<std::string>& value, const Choices& choices, const char* help) = 0;

  /// A nested section, and a list of sections.
  virtual void section(const char* name, const char* help, const std::function<void(Schema&)>& describe_it) = 0;
  virtual void list(const char* name, const char* help, std::size_t count, const std::function<void(std::size_t)>& resize,
                    const std::function<void(Schema&, std::size_t)>& describe_item) = 0;

  /// A rule across fields: `problem` is reported at the section unless `holds`. Call it after the fields it speaks of.
  virtual void check(bool holds, std::string_view problem) = 0;

  template <class Section>
  void section(const char* name, Section& value, const char* help) {
    section(name, help, [&value](Schema& schema) { describe(schema, value); });
  }
  template <class Item>
  void list(const char* name, std::vector<Item>& items, const char* help) {
    list(
        name, help, items.size(), [&items](std::size_t count) { items.resize(count); },
        [&items](Schema& schema, std::size_t index) { describe(schema, items[index]); });
  }
};

} // namespace radforge
