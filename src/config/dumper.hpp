#pragma once

#include "radforge/config/schema.hpp"

#include <functional>
#include <string>
#include <vector>

namespace radforge {

/// Writes a section as YAML, a line a key. `begin` stands before the first line, `indent` before the others.
class ConfigDumper final : public Schema {
 public:
  ConfigDumper(std::string& out, std::string begin, std::string indent);

  void field(const char* name, bool& value, const char* help) override;
  void field(const char* name, std::int64_t& value, IntRange range, const char* help) override;
  void field(const char* name, double& value, RealRange range, const char* help) override;
  void field(const char* name, std::string& value, const char* help) override;
  void field(const char* name, std::string& value, const Choices& choices, const char* help) override;
  void field(const char* name, std::vector<std::int64_t>& value, IntRange range, const char* help) override;
  void field(const char* name, std::vector<std::string>& value, const char* help) override;
  void field(const char* name, std::vector<std::string>& value, const Choices& choices, const char* help) override;
  void section(const char* name, const char* help, const std::function<void(Schema&)>& describe_it) override;
  void list(const char* name, const char* help, std::size_t count, const std::function<void(std::size_t)>& resize,
            const std::function<void(Schema&, std::size_t)>& describe_item) override;
  void check(bool, std::string_view) override {}

 private:
  void line(const char* name, const std::string& value);

  std::string& out_;
  std::string begin_;
  std::string indent_;
};

} // namespace radforge
