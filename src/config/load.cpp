#include "radforge/config/load.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"

#include "documenter.hpp"
#include "dumper.hpp"
#include "override.hpp"
#include "reader.hpp"
#include "yaml_tree.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace radforge {
namespace {

std::string read_text(const std::filesystem::path& path) {
  try {
    return read_file(path);
  } catch (const IoError& error) {
    throw ConfigError("the configuration cannot be read: {}", error.what());
  }
}

ConfigNode make_tree(const std::string& text, const std::string& name, const std::vector<std::string>& overrides) {
  ConfigNode root = parse_yaml(text, name);
  if (root.kind == ConfigNode::Kind::null) {
    root = {.kind = ConfigNode::Kind::map, .place = {name, 1, 1}};
  }
  if (root.kind != ConfigNode::Kind::map) {
    throw ConfigError("{}: not a configuration (found {}) write keys and values, such as \"seed: 1\"", root.place.text(),
                      root.describe());
  }
  for (const std::string& text_of_override : overrides) {
    apply_override(root, text_of_override);
  }
  return root;
}

[[noreturn]] void throw_all(std::vector<ConfigProblem> problems) {
  std::stable_sort(problems.begin(), problems.end(), [](const ConfigProblem& a, const ConfigProblem& b) {
    return std::make_tuple(a.place.line == 0, a.place.line, a.place.column) <
           std::make_tuple(b.place.line == 0, b.place.line, b.place.column);
  });
  std::vector<std::string> lines;
  for (const ConfigProblem& problem : problems) {
    lines.push_back(fmt::format("{}: {}", problem.place.text(), problem.text));
  }
  throw ConfigError("{}", fmt::join(lines, "\n"));
}

} // namespace

void parse_config(const std::string& text, const std::string& name, const std::vector<std::string>& overrides,
                  const Describe& describe_it) {
  const ConfigNode root = make_tree(text, name, overrides);
  std::vector<ConfigProblem> problems;
  ConfigReader reader(&root, root.place, "", problems);
  describe_it(reader);
  reader.finish();
  if (!problems.empty()) {
    throw_all(std::move(problems));
  }
}

void load_config(const std::filesystem::path& path, const std::vector<std::string>& overrides, const Describe& describe_it) {
  parse_config(read_text(path), path.string(), overrides, describe_it);
}

std::string dump_config(const Describe& describe_it) {
  std::string out;
  ConfigDumper dumper(out, "", "");
  describe_it(dumper);
  return out;
}

std::string document_config(const Describe& describe_it) {
  std::string out = ConfigDocumenter::header();
  ConfigDocumenter documenter(out, "");
  describe_it(documenter);
  return out;
}

std::string peek_config(const std::filesystem::path& path, const std::vector<std::string>& overrides, const std::string& key) {
  const ConfigNode root = make_tree(read_text(path), path.string(), overrides);
  const ConfigEntry* entry = root.find(key);
  return entry != nullptr && entry->value.kind == ConfigNode::Kind::scalar ? entry->value.text : std::string();
}

} // namespace radforge
