#include "radforge/config/changes.hpp"

#include "yaml_tree.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <map>
#include <string_view>
#include <utility>

namespace radforge {

namespace {

constexpr const char* absent = "(absent)";

/// Keys with a value each, in the order of the text. Lists of plain values are one value.
using Values = std::vector<std::pair<std::string, std::string>>;

bool is_plain_list(const ConfigNode& node) {
  return node.kind == ConfigNode::Kind::list && std::all_of(node.items.begin(), node.items.end(), [](const ConfigNode& item) {
           return item.kind == ConfigNode::Kind::scalar || item.kind == ConfigNode::Kind::null;
         });
}

std::string text_of(const ConfigNode& node) {
  switch (node.kind) {
  case ConfigNode::Kind::scalar:
    return node.quoted ? "\"" + node.text + "\"" : node.text;
  case ConfigNode::Kind::list: {
    std::vector<std::string> items;
    for (const ConfigNode& item : node.items) {
      items.push_back(text_of(item));
    }
    return fmt::format("[{}]", fmt::join(items, ", "));
  }
  default:
    return "nothing";
  }
}

void collect(const ConfigNode& node, const std::string& key, Values& values) {
  if (node.kind == ConfigNode::Kind::map) {
    for (const ConfigEntry& entry : node.entries) {
      collect(entry.value, key.empty() ? entry.key : key + "." + entry.key, values);
    }
  } else if (node.kind == ConfigNode::Kind::list && !is_plain_list(node)) {
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      collect(node.items[i], fmt::format("{}.{}", key, i), values);
    }
  } else {
    values.emplace_back(key, text_of(node));
  }
}

Values values_of(const std::string& text, const std::string& name) {
  Values values;
  collect(parse_yaml(text, name), "", values);
  return values;
}

bool is_under(std::string_view key, std::string_view section) {
  return key.size() > section.size() && key.starts_with(section) && key[section.size()] == '.';
}

bool is_path_of_data(std::string_view key) { return is_under(key, "data.sources") && key.ends_with(".dataset"); }

bool is_more(const std::string& before, const std::string& after) {
  const auto number = [](const std::string& text) {
    std::int64_t value = -1;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
  };
  return number(before) > 0 && number(after) > number(before);
}

/// What validation looks at decides which step is the result, if training stops early.
bool is_of_validation(const std::string& key) { return key == "train.validate_every_steps" || key == "train.validation_images"; }

ChangeKind kind_of(const std::string& key, const std::string& before, const std::string& after, bool stops_early) {
  constexpr std::array<std::string_view, 2> harmless_sections{"checkpoint", "watchdog"};
  constexpr std::array<std::string_view, 8> harmless_keys{
      "compute.collectives",      "compute.graphs",      "compute.deterministic", "train.log_every_steps",
      "train.sample_every_steps", "train.max_bad_steps", "train.max_minutes",     "data.loader_threads"};
  constexpr std::array<std::string_view, 7> rounding_keys{
      "compute.device",  "train.micro_batch_size", "train.activation_checkpointing", "train.reduction", "train.virtual_shards",
      "train.bucket_mb", "optimizer.shard"};
  const auto among = [&](const auto& names) { return std::find(names.begin(), names.end(), key) != names.end(); };
  const auto in_section = [&](std::string_view section) { return is_under(key, section); };
  if (key == "train.steps") {
    return is_more(before, after) ? ChangeKind::harmless : ChangeKind::meaning;
  }
  // What a data set holds is known by its digest, wherever it lies.
  if (std::any_of(harmless_sections.begin(), harmless_sections.end(), in_section) || among(harmless_keys) ||
      (is_path_of_data(key) && before != absent && after != absent) || (is_of_validation(key) && !stops_early)) {
    return ChangeKind::harmless;
  }
  return among(rounding_keys) ? ChangeKind::rounding : ChangeKind::meaning;
}

std::string value_in(const std::map<std::string, std::string>& values, const std::string& key) {
  const auto found = values.find(key);
  return found == values.end() ? absent : found->second;
}

} // namespace

std::vector<ConfigChange> config_changes(const std::string& before, const std::string& after) {
  if (before == after) {
    return {};
  }
  const Values old_values = values_of(before, "the former configuration");
  const Values new_values = values_of(after, "the configuration");
  const std::map<std::string, std::string> old_by_key(old_values.begin(), old_values.end());
  const std::map<std::string, std::string> new_by_key(new_values.begin(), new_values.end());
  const std::string metric = value_in(new_by_key, "early_stopping.metric");
  const bool stops_early = metric != absent && metric != "\"\"" && !metric.empty();
  std::vector<ConfigChange> changes;
  const auto note = [&](const std::string& key, const std::string& was, const std::string& is) {
    if (was != is) {
      changes.push_back({key, was, is, kind_of(key, was, is, stops_early)});
    }
  };
  for (const auto& [key, value] : new_values) {
    note(key, value_in(old_by_key, key), value);
  }
  for (const auto& [key, value] : old_values) {
    if (!new_by_key.contains(key)) {
      note(key, value, absent);
    }
  }
  return changes;
}

std::string changes_text(const std::vector<ConfigChange>& changes) {
  std::vector<std::string> lines;
  for (const ConfigChange& change : changes) {
    lines.push_back(fmt::format("  {}: {} -> {}", change.key, change.before, change.after));
  }
  return fmt::format("{}", fmt::join(lines, "\n"));
}

std::vector<ConfigChange> changes_of_kind(const std::vector<ConfigChange>& changes, ChangeKind kind) {
  std::vector<ConfigChange> some;
  std::copy_if(changes.begin(), changes.end(), std::back_inserter(some),
               [&](const ConfigChange& change) { return change.kind == kind; });
  return some;
}

} // namespace radforge
