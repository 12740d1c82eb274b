#pragma once

#include "radforge/config/schema.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace radforge {

using Describe = std::function<void(Schema&)>;

/// Reads a YAML file into the sections that `describe_it` names, then applies overrides ("train.steps=20"; list items by number:
/// "sites.0.root=x"). Strict: unknown and duplicate keys, wrong types and values out of range are errors, each as
/// `file:line:column: problem (why) what to do` with the nearest key, all of them at once in one ConfigError. Anchors, aliases
/// and documents beyond the first are refused.
void load_config(const std::filesystem::path& path, const std::vector<std::string>& overrides, const Describe& describe_it);

/// The same from text; `name` stands in messages.
void parse_config(const std::string& text, const std::string& name, const std::vector<std::string>& overrides,
                  const Describe& describe_it);

/// The resolved configuration as YAML, every key present: loading it gives the same dump again, byte for byte.
std::string dump_config(const Describe& describe_it);

/// A Markdown table of keys, types, defaults, ranges and meaning.
std::string document_config(const Describe& describe_it);

/// The value of one top-level key ("task") before the rest is read, empty if it is not there. Errors: ConfigError.
std::string peek_config(const std::filesystem::path& path, const std::vector<std::string>& overrides, const std::string& key);

} // namespace radforge
