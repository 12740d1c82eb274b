#pragma once

#include "node.hpp"
#include "radforge/config/schema.hpp"

#include <functional>
#include <string>
#include <vector>

namespace radforge {

/// Something wrong in a configuration, and where.
struct ConfigProblem {
  Place place;
  std::string text;
};

/// Reads one section of the tree into a struct. A wrong value leaves the field as it was and is noted; nothing is thrown.
class ConfigReader final : public Schema {
 public:
  /// `section` may be null: then every field keeps its default, and rules are reported at `place`. `path` is the section's own
  /// ("train"; empty for the whole).
  ConfigReader(const ConfigNode* section, Place place, std::string path, std::vector<ConfigProblem>& problems);

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
  void check(bool holds, std::string_view problem) override;

  /// Notes keys that no field has asked for, and duplicate ones. Call it last.
  void finish();

 private:
  const ConfigNode* take(const char* name);
  std::string path_of(const std::string& name) const;
  void note(const Place& place, std::string text);
  template <class Value>
  void read(const char* name, Value& value, const std::function<Value(const ConfigNode&)>& convert);
  template <class Value>
  void read_list(const char* name, std::vector<Value>& values, const std::function<Value(const ConfigNode&)>& convert);
  void read_section(const ConfigNode* node, const Place& place, const std::string& path,
                    const std::function<void(Schema&)>& describe_it);

  const ConfigNode* section_;
  Place place_;
  std::string path_;
  std::vector<ConfigProblem>& problems_;
  const std::size_t num_problems_before_;
  std::vector<std::string> names_;
};

} // namespace radforge
