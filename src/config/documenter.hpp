#pragma once

#include "radforge/config/schema.hpp"

#include <functional>
#include <string>
#include <vector>

namespace radforge {

/// Writes a section as rows of a Markdown table: key, type, default, allowed values, meaning. `prefix` stands before the keys
/// ("train."; "sites[]." in a list).
class ConfigDocumenter final : public Schema {
 public:
  ConfigDocumenter(std::string& out, std::string prefix);

  static std::string header();

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
  void row(const std::string& name, const char* type, const std::string& default_value, const std::string& allowed,
           const char* help);

  std::string& out_;
  std::string prefix_;
};

} // namespace radforge
