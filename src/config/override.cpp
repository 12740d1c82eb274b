#include "override.hpp"

#include "radforge/core/error.hpp"

#include "yaml_tree.hpp"

#include <algorithm>
#include <charconv>

namespace radforge {
namespace {

std::vector<std::string> split_path(const std::string& path) {
  std::vector<std::string> parts(1);
  for (const char c : path) {
    if (c == '.') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

void set_place(ConfigNode& node, const Place& place) {
  node.place = place;
  for (ConfigNode& item : node.items) {
    set_place(item, place);
  }
}

ConfigNode parse_value(const std::string& text, const Place& place) {
  ConfigNode value;
  try {
    value = parse_yaml(text, "value");
  } catch (const ConfigError& error) {
    throw ConfigError("{}: the value cannot be read ({}) put it in quotes within the shell's quotes", place.text(), error.what());
  }
  const bool simple = std::all_of(value.items.begin(), value.items.end(),
                                  [](const ConfigNode& item) { return item.items.empty() && item.entries.empty(); });
  if (value.kind == ConfigNode::Kind::map || !simple) {
    throw ConfigError("{}: the value has keys or a list within a list (an override sets one value or one list of values) "
                      "name the full path, or put the value in quotes within the shell's quotes",
                      place.text());
  }
  set_place(value, place);
  return value;
}

/// The child of `node` with this key or number; a missing key is added.
ConfigNode& child(ConfigNode& node, const std::string& key, const std::string& path, const Place& place) {
  if (node.kind == ConfigNode::Kind::null) {
    node = {.kind = ConfigNode::Kind::map, .place = place};
  }
  if (node.kind == ConfigNode::Kind::map) {
    if (ConfigEntry* entry = node.find(key)) {
      return entry->value;
    }
    return node.entries.emplace_back(ConfigEntry{key, place, {.kind = ConfigNode::Kind::null, .place = place}}).value;
  }
  if (node.kind != ConfigNode::Kind::list) {
    throw ConfigError("{}: \"{}\" is a value (it holds no \"{}\") correct the path", place.text(), path, key);
  }
  std::size_t index = 0;
  const char* end = key.data() + key.size();
  if (const auto [stop, error] = std::from_chars(key.data(), end, index); error != std::errc() || stop != end) {
    throw ConfigError("{}: \"{}\" is not the number of an item (\"{}\" is a list) write its number, from 0", place.text(), key,
                      path);
  }
  if (index >= node.items.size()) {
    throw ConfigError("{}: \"{}\" has no item {} (it has {}) an override changes items, it adds none", place.text(), path, index,
                      node.items.size());
  }
  return node.items[index];
}

} // namespace

void apply_override(ConfigNode& root, const std::string& text) {
  const Place place{"--set " + text};
  const std::size_t equals = text.find('=');
  const std::vector<std::string> parts = split_path(text.substr(0, equals));
  if (equals == std::string::npos || std::any_of(parts.begin(), parts.end(), [](const auto& part) { return part.empty(); })) {
    throw ConfigError("{}: not an override (it is written path.to.key=value) correct it", place.text());
  }
  const ConfigNode value = parse_value(text.substr(equals + 1), place);
  ConfigNode* node = &root;
  std::string path;
  for (const std::string& part : parts) {
    node = &child(*node, part, path, place);
    path += path.empty() ? part : "." + part;
  }
  *node = value;
}

} // namespace radforge
