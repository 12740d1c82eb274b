#include "radforge/data/prompt.hpp"

#include "radforge/core/error.hpp"

#include "finding_words.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <cmath>

namespace radforge {
namespace {

/// What the fields speak of.
struct Source {
  const SampleRecord& record;
  const std::vector<std::string>& finding_names;
  std::string_view report;
};

bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

bool is_upper(char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; }

std::string findings_text(const Source& source) {
  const std::vector<std::string>& names = source.finding_names;
  const std::vector<std::int8_t>& findings = source.record.findings;
  std::string present;
  bool none_found = false;
  for (std::size_t i = 0; i < std::min(names.size(), findings.size()); ++i) {
    if (findings[i] != 1) {
      continue;
    }
    const std::string words = in_words(names[i]);
    if (words == "no finding") {
      none_found = true;
    } else {
      present += (present.empty() ? "" : ", ") + words;
    }
  }
  return present.empty() && none_found ? "no finding" : present;
}

/// A field's text, empty if it is unknown. `field` is in lower case.
std::string text_of(const std::string& field, const Source& source) {
  const SampleRecord& record = source.record;
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
    return findings_text(source);
  }
  if (field == "report") {
    return std::string(source.report);
  }
  if (field == "text") {
    return source.report.empty() ? findings_text(source) : std::string(source.report);
  }
  throw ConfigError(
      "the prompt names the field \"{{{}}}\" (there are age, sex, race, view, findings, report, text) correct the prompt", field);
}

std::string field_text(std::string field, const Source& source) {
  if (field.empty() || !is_upper(field.front())) {
    return text_of(field, source);
  }
  field.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(field.front())));
  std::string text = text_of(field, source);
  if (!text.empty()) {
    text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
  }
  return text;
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

bool ends_sentence(const std::string& text) {
  return !text.empty() && (text.back() == '.' || text.back() == '!' || text.back() == '?');
}

std::string render_sentence(const std::string& sentence, const Source& source) {
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
    const std::string text = field_text(body.substr(at + 1, close - at - 1), source);
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
  return ends_in_stop && !out.empty() && !ends_sentence(out) ? out + "." : out; // a report brings its own
}

std::string render(std::string_view prompt_template, const Source& source) {
  std::string prompt;
  for (const std::string& sentence : sentences_of(prompt_template)) {
    const std::string text = render_sentence(sentence, source);
    if (!text.empty()) {
      prompt += (prompt.empty() ? "" : " ") + text;
    }
  }
  return prompt;
}

/// How much of a prompt that is too long is kept.
std::size_t length_that_fits(const std::string& prompt) {
  const std::size_t last_space = prompt.rfind(' ', max_prompt_bytes);
  if (last_space != std::string::npos) {
    return last_space;
  }
  const auto continues = [&prompt](std::size_t at) { return (static_cast<unsigned char>(prompt[at]) & 0xC0U) == 0x80U; };
  std::size_t end = max_prompt_bytes;
  while (end > 0 && continues(end)) {
    --end;
  }
  return end;
}

} // namespace

RenderedPrompt render_prompt(std::string_view prompt_template, const SampleRecord& record, std::string_view report,
                             const std::vector<std::string>& finding_names) {
  RenderedPrompt prompt{render(prompt_template, {record, finding_names, report})};
  if (prompt.text.size() > max_prompt_bytes) {
    prompt.text.resize(length_that_fits(prompt.text));
    prompt.cut = true;
  }
  return prompt;
}

std::string render_prompt(std::string_view prompt_template, const SampleRecord& record,
                          const std::vector<std::string>& finding_names) {
  return render(prompt_template, {record, finding_names, {}});
}

} // namespace radforge
