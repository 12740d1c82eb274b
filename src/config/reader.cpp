#include "reader.hpp"

#include "radforge/core/nearest.hpp"
#include "value.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace radforge {

ConfigReader::ConfigReader(const ConfigNode* section, Place place, std::string path, std::vector<ConfigProblem>& problems)
    : section_(section), place_(std::move(place)), path_(std::move(path)), problems_(problems),
      num_problems_before_(problems.size()) {}

std::string ConfigReader::path_of(const std::string& name) const { return path_.empty() ? name : path_ + "." + name; }

void ConfigReader::note(const Place& place, std::string text) { problems_.push_back({place, std::move(text)}); }

/// The value of a key that has one.
const ConfigNode* ConfigReader::take(const char* name) {
  names_.emplace_back(name);
  const ConfigEntry* entry = section_ == nullptr ? nullptr : section_->find(name);
  if (entry == nullptr) {
    return nullptr;
  }
  if (entry->value.kind == ConfigNode::Kind::null) {
    note(entry->value.place, fmt::format("{} has no value (null is not allowed) give it one, or remove the key", path_of(name)));
    return nullptr;
  }
  return &entry->value;
}

template <class Value>
void ConfigReader::read(const char* name, Value& value, const std::function<Value(const ConfigNode&)>& convert) {
  if (const ConfigNode* node = take(name)) {
    try {
      value = convert(*node);
    } catch (const BadValue& bad) {
      note(node->place, fmt::format("{} {}", path_of(name), bad.text));
    }
  }
}

template <class Value>
void ConfigReader::read_list(const char* name, std::vector<Value>& values,
                             const std::function<Value(const ConfigNode&)>& convert) {
  const ConfigNode* node = take(name);
  if (node == nullptr) {
    return;
  }
  if (node->kind != ConfigNode::Kind::list) {
    note(node->place, fmt::format("{} is not a list (found {}) write it as [a, b]", path_of(name), node->describe()));
    return;
  }
  std::vector<Value> converted;
  for (std::size_t i = 0; i < node->items.size(); ++i) {
    try {
      converted.push_back(convert(node->items[i]));
    } catch (const BadValue& bad) {
      note(node->items[i].place, fmt::format("{}.{} {}", path_of(name), i, bad.text));
    }
  }
  if (converted.size() == node->items.size()) {
    values = std::move(converted);
  }
}

void ConfigReader::field(const char* name, bool& value, const char*) { read<bool>(name, value, to_boolean); }

void ConfigReader::field(const char* name, std::int64_t& value, IntRange range, const char*) {
  read<std::int64_t>(name, value, [range](const ConfigNode& node) { return to_integer(node, range); });
}

void ConfigReader::field(const char* name, double& value, RealRange range, const char*) {
  read<double>(name, value, [range](const ConfigNode& node) { return to_real(node, range); });
}

void ConfigReader::field(const char* name, std::string& value, const char*) { read<std::string>(name, value, to_text); }

void ConfigReader::field(const char* name, std::string& value, const Choices& choices, const char*) {
  read<std::string>(name, value, [&](const ConfigNode& node) { return to_choice(node, choices); });
}

void ConfigReader::field(const char* name, std::vector<std::int64_t>& value, IntRange range, const char*) {
  read_list<std::int64_t>(name, value, [range](const ConfigNode& node) { return to_integer(node, range); });
}

void ConfigReader::field(const char* name, std::vector<std::string>& value, const char*) {
  read_list<std::string>(name, value, to_text);
}

void ConfigReader::field(const char* name, std::vector<std::string>& value, const Choices& choices, const char*) {
  read_list<std::string>(name, value, [&](const ConfigNode& node) { return to_choice(node, choices); });
}

void ConfigReader::read_section(const ConfigNode* node, const Place& place, const std::string& path,
                                const std::function<void(Schema&)>& describe_it) {
  if (node != nullptr && node->kind != ConfigNode::Kind::map) {
    note(node->place, fmt::format("{} is a section (found {}) write its keys below it", path, node->describe()));
    return;
  }
  ConfigReader reader(node, node == nullptr ? place : node->place, path, problems_);
  describe_it(reader);
  reader.finish();
}

void ConfigReader::section(const char* name, const char*, const std::function<void(Schema&)>& describe_it) {
  const std::size_t num_problems = problems_.size();
  const ConfigNode* node = take(name);
  if (problems_.size() == num_problems) {
    read_section(node, place_, path_of(name), describe_it);
  }
}

void ConfigReader::list(const char* name, const char*, std::size_t count, const std::function<void(std::size_t)>& resize,
                        const std::function<void(Schema&, std::size_t)>& describe_item) {
  const ConfigNode* node = take(name);
  if (node != nullptr && node->kind != ConfigNode::Kind::list) {
    note(node->place, fmt::format("{} is a list of sections (found {}) begin each with \"- \"", path_of(name), node->describe()));
    return;
  }
  if (node != nullptr) {
    count = node->items.size();
    resize(0); // items of the default do not shine through
    resize(count);
  }
  for (std::size_t i = 0; i < count; ++i) {
    read_section(node == nullptr ? nullptr : &node->items[i], place_, fmt::format("{}.{}", path_of(name), i),
                 [&](Schema& schema) { describe_item(schema, i); });
  }
}

void ConfigReader::check(bool holds, std::string_view problem) {
  // A rule over fields that could not be read would report the same fault twice.
  if (!holds && problems_.size() == num_problems_before_) {
    note(place_, path_.empty() ? std::string(problem) : fmt::format("{}: {}", path_, problem));
  }
}

void ConfigReader::finish() {
  if (section_ == nullptr) {
    return;
  }
  for (auto entry = section_->entries.begin(); entry != section_->entries.end(); ++entry) {
    const auto first = std::find_if(section_->entries.begin(), entry, [&](const ConfigEntry& e) { return e.key == entry->key; });
    if (first != entry) {
      note(entry->place, fmt::format("duplicate key \"{}\" (first at {}) remove one", path_of(entry->key), first->place.text()));
    } else if (std::find(names_.begin(), names_.end(), entry->key) == names_.end()) {
      note(entry->place, fmt::format("unknown key \"{}\" ({} has no such setting) {}", path_of(entry->key),
                                     path_.empty() ? "the configuration" : path_, suggest(entry->key, names_)));
    }
  }
}

} // namespace radforge
