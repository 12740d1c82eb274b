#include "documenter.hpp"

#include "value.hpp"

#include <fmt/format.h>

#include <utility>

namespace radforge {
namespace {

/// A '|' would end the table's cell, in code too.
std::string cell(const std::string& text) {
  std::string out;
  for (const char c : text) {
    out += c == '|' ? "\\|" : std::string(1, c);
  }
  return out;
}

std::string code(const std::string& text) { return text.empty() ? "" : "`" + text + "`"; }

std::string choices_text(const Choices& choices) {
  std::vector<std::string> texts;
  for (const std::string& choice : choices) {
    texts.push_back(code(choice));
  }
  return fmt::format("{}", fmt::join(texts, ", "));
}

} // namespace

ConfigDocumenter::ConfigDocumenter(std::string& out, std::string prefix) : out_(out), prefix_(std::move(prefix)) {}

std::string ConfigDocumenter::header() { return "| key | type | default | allowed | meaning |\n|---|---|---|---|---|\n"; }

void ConfigDocumenter::row(const std::string& name, const char* type, const std::string& default_value,
                           const std::string& allowed, const char* help) {
  out_ +=
      fmt::format("| `{}{}` | {} | {} | {} | {} |\n", prefix_, name, type, cell(code(default_value)), cell(allowed), cell(help));
}

void ConfigDocumenter::field(const char* name, bool& value, const char* help) {
  row(name, "truth value", yaml_text(value), "`true`, `false`", help);
}
void ConfigDocumenter::field(const char* name, std::int64_t& value, IntRange range, const char* help) {
  row(name, "integer", yaml_text(value), range_text(range), help);
}
void ConfigDocumenter::field(const char* name, double& value, RealRange range, const char* help) {
  row(name, "number", yaml_text(value), range_text(range), help);
}
void ConfigDocumenter::field(const char* name, std::string& value, const char* help) {
  row(name, "text", yaml_text(value), "", help);
}
void ConfigDocumenter::field(const char* name, std::string& value, const Choices& choices, const char* help) {
  row(name, "text", yaml_text(value), choices_text(choices), help);
}
void ConfigDocumenter::field(const char* name, std::vector<std::int64_t>& value, IntRange range, const char* help) {
  row(name, "list of integers", yaml_text(value), range_text(range), help);
}
void ConfigDocumenter::field(const char* name, std::vector<std::string>& value, const char* help) {
  row(name, "list of texts", yaml_text(value), "", help);
}
void ConfigDocumenter::field(const char* name, std::vector<std::string>& value, const Choices& choices, const char* help) {
  row(name, "list of texts", yaml_text(value), choices_text(choices), help);
}

void ConfigDocumenter::section(const char* name, const char* help, const std::function<void(Schema&)>& describe_it) {
  row(name, "section", "", "", help);
  ConfigDocumenter inner(out_, prefix_ + name + ".");
  describe_it(inner);
}

void ConfigDocumenter::list(const char* name, const char* help, std::size_t count, const std::function<void(std::size_t)>& resize,
                            const std::function<void(Schema&, std::size_t)>& describe_item) {
  row(name, "list of sections", count == 0 ? "[]" : "", "", help);
  ConfigDocumenter item(out_, prefix_ + name + "[].");
  if (count == 0) {
    resize(1);
  }
  describe_item(item, 0);
  resize(count);
}

} // namespace radforge
