#include "radforge/data/prompt.hpp"

#include "radforge/core/error.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <cmath>

namespace radforge {
namespace {

bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

std::string in_words(std::string finding) {
  std::transform(finding.begin(), finding.end(), finding.begin(),
                 [](unsigned char c) { return c == '_' ? ' ' : static_cast<char>(std::tolower(c)); });
  return finding;
}

std::string findings_text(const SampleRecord& record, const std::vector<std::string>& names) {
  std::string present;
  bool none_found = false;
  for (std::size_t i = 0; i < std::min(names.size(), record.findings.size()); ++i) {
    if (record.findings[i] != 1) {
      continue;
    }
    if (names[i] == "No_Finding") {
      none_found = true;
    } else {
      present += (present.empty() ? "" : ", ") + in_words(names[i]);
    }
  }
  return present.empty() && none_found ? "no finding" : present;
}

/// A field's text, empty if it is unknown.
std::string field_text(const std::string& field, const SampleRecord& record, const std::vector<std::string>& finding_names) {
  if (field == "age") {
    return record.age < 0 ? "" : fmt::format("{}", std::lround(std::floor(record.age)));
  }
  if (field == "sex") {
    return record.sex == "M" ? "male" : record.sex == "F" ? "female" : "";
  }
  if (field == "race") {
    return record.race;
  }
  if (field == "view") {
    return record.view;
  }
  if (field == "findings") {
    return findings_text(record, finding_names);
  }
  throw ConfigError("the prompt names the field \"{{{}}}\" (there are age, sex, race, view, findings) correct the prompt", field);
}

/// The template cut behind each '.' that ends a sentence.
std::vector<std::string> sentences_of(std::string_view text) {
  std::vector<std::string> sentences(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    sentences.back() += text[i];
    if (text[i] == '.' && (i + 1 == text.size() || is_space(text[i + 1]))) {
      sentences.emplace_back();
    }
  }
  return sentences;
}

/// One space between words, none at the ends.
std::string squeeze(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (!is_space(c)) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  if (!out.empty() && out.back() == ' ') {
    out.pop_back();
  }
  return out;
}

std::string render_sentence(const std::string& sentence, const SampleRecord& record,
                            const std::vector<std::string>& finding_names) {
  const bool ends_in_stop = !sentence.empty() && sentence.back() == '.';
  const std::string body = sentence.substr(0, sentence.size() - (ends_in_stop ? 1 : 0));
  std::size_t at = std::min(body.find('{'), body.size());
  std::string out = body.substr(0, at);
  bool has_field = false;
  bool has_known_field = false;
  while (at < body.size()) {
    const std::size_t close = body.find('}', at);
    if (close == std::string::npos) {
      throw ConfigError("the prompt has a '{{' without '}}' (in \"{}\") close it", sentence);
    }
    const std::string text = field_text(body.substr(at + 1, close - at - 1), record, finding_names);
    const std::size_t next = std::min(body.find('{', close), body.size());
    has_field = true;
    if (!text.empty()) {
      has_known_field = true;
      out += text + body.substr(close + 1, next - close - 1);
    }
    at = next;
  }
  if (has_field && !has_known_field) {
    return {};
  }
  out = squeeze(out);
  return ends_in_stop && !out.empty() ? out + "." : out;
}

} // namespace

std::string render_prompt(std::string_view prompt_template, const SampleRecord& record,
                          const std::vector<std::string>& finding_names) {
  std::string prompt;
  for (const std::string& sentence : sentences_of(prompt_template)) {
    const std::string text = render_sentence(sentence, record, finding_names);
    if (!text.empty()) {
      prompt += (prompt.empty() ? "" : " ") + text;
    }
  }
  return prompt;
}

} // namespace radforge
