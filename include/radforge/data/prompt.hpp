#pragma once

#include "radforge/io/sample_record.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace radforge {

/// Width of the shards' column (docs/data-format.md), bytes of UTF-8.
inline constexpr std::size_t max_prompt_bytes = 512;

struct RenderedPrompt {
  std::string text;
  bool cut = false; ///< it was longer than max_prompt_bytes
};

/// Renders a template such as "{age} year old {race} {sex}. {view} view. {findings}." for a record. Fields: sex (male, female),
/// age in whole years, race, view, findings as a list ("cardiomegaly, effusion"; "no finding" when none is present and No_Finding
/// is), report (the site's own words, none if empty), and text: the report where there is one, else the findings. A field spelled
/// with a capital, {Findings}, begins with one: "Cardiomegaly, effusion". An unknown field is left out with the words behind it,
/// up to the next field or the end of the sentence: "female. PA view." when age and race are unknown. A sentence whose fields are
/// all unknown is left out. A prompt that no shard could hold is cut behind a word (within one, but not within a character of
/// UTF-8, only if it is the first). Errors: ConfigError for an unknown field name.
RenderedPrompt render_prompt(std::string_view prompt_template, const SampleRecord& record, std::string_view report,
                             const std::vector<std::string>& finding_names);

/// The same without a report, and at its full length.
std::string render_prompt(std::string_view prompt_template, const SampleRecord& record,
                          const std::vector<std::string>& finding_names);

} // namespace radforge
