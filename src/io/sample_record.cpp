#include "radforge/io/sample_record.hpp"

#include "radforge/core/error.hpp"
#include "radforge/io/utf8.hpp"

#include "shard_layout.hpp"

namespace radforge {
namespace {

std::string problem_of(const SampleRecord& record, const TextColumn& column) {
  const std::string& text = record.*column.member;
  if (text.size() > column.width) {
    return fmt::format("{} of {} bytes is longer than its column of {} (docs/data-format.md)", column.name, text.size(),
                       column.width);
  }
  if (find_invalid_utf8(text) != std::string::npos || text.find('\0') != std::string::npos) {
    return fmt::format("{} is not UTF-8 text without zeros", column.name);
  }
  return {};
}

} // namespace

std::string site_of(const SampleRecord& record) { return record.source.substr(0, record.source.find('/')); }

const std::string& attribute_of(const SampleRecord& record, std::string_view attribute) {
  require(attribute == "sex" || attribute == "age_group" || attribute == "race" || attribute == "view",
          "an attribute that images are told apart by");
  return attribute == "sex"         ? record.sex
         : attribute == "age_group" ? record.age_group
         : attribute == "race"      ? record.race
                                    : record.view;
}

std::string subgroup_of(const SampleRecord& record, const std::vector<std::string>& attributes) {
  std::string name;
  for (const std::string& attribute : attributes) {
    const std::string& value = attribute_of(record, attribute);
    name += fmt::format("{}{}={}", name.empty() ? "" : " ", attribute, value.empty() ? "unknown" : value);
  }
  return name;
}

std::string text_problem(const SampleRecord& record) {
  for (const TextColumn& column : text_columns) {
    if (std::string problem = problem_of(record, column); !problem.empty()) {
      return problem;
    }
  }
  return {};
}

} // namespace radforge
