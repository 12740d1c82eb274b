#pragma once

#include "radforge/io/sample_record.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace radforge {

/// Renders a template such as "{age} year old {race} {sex}. {view} view. {findings}." for a record: sex as male/female, age in
/// whole years, findings as a list ("cardiomegaly, effusion"; "no finding" when none is present and No_Finding is). An unknown
/// field is left out with the words behind it, up to the next field or the end of the sentence: "female. PA view." when age and
/// race are unknown. A sentence whose fields are all unknown is left out. Errors: ConfigError for an unknown field name.
std::string render_prompt(std::string_view prompt_template, const SampleRecord& record,
                          const std::vector<std::string>& finding_names);

} // namespace radforge
