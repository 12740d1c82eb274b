#pragma once

#include <string>
#include <vector>

namespace radforge {

/// Where a value was written: a file with line and column (from 1), or an override, which has neither.
struct Place {
  std::string name;
  int line = 0;
  int column = 0;

  std::string text() const;
};

struct ConfigEntry;

/// A parsed YAML value with the place of each part. Duplicate keys of a map are kept.
struct ConfigNode {
  enum class Kind { null, scalar, list, map };

  Kind kind = Kind::null;
  Place place;
  std::string text;    ///< of a scalar
  bool quoted = false; ///< a scalar in quotes is text, whatever it looks like
  std::vector<ConfigNode> items;
  std::vector<ConfigEntry> entries;

  /// The last entry with this key, null if there is none.
  ConfigEntry* find(const std::string& key);
  const ConfigEntry* find(const std::string& key) const;
  /// For messages: `"abc"`, "a list", "keys", "nothing".
  std::string describe() const;
};

struct ConfigEntry {
  std::string key;
  Place place;
  ConfigNode value;
};

} // namespace radforge
