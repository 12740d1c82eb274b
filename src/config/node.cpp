#include "node.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace radforge {

std::string Place::text() const { return line > 0 ? fmt::format("{}:{}:{}", name, line, column) : name; }

const ConfigEntry* ConfigNode::find(const std::string& key) const {
  const auto found = std::find_if(entries.rbegin(), entries.rend(), [&](const ConfigEntry& entry) { return entry.key == key; });
  return found == entries.rend() ? nullptr : &*found;
}

ConfigEntry* ConfigNode::find(const std::string& key) {
  return const_cast<ConfigEntry*>(static_cast<const ConfigNode*>(this)->find(key));
}

std::string ConfigNode::describe() const {
  constexpr std::size_t longest = 60;
  switch (kind) {
  case Kind::null:
    return "nothing";
  case Kind::list:
    return "a list";
  case Kind::map:
    return "keys";
  case Kind::scalar:
    break;
  }
  return text.size() <= longest ? fmt::format("\"{}\"", text) : fmt::format("\"{}...\"", text.substr(0, longest));
}

} // namespace radforge
