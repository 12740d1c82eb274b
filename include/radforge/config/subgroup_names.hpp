#pragma once

#include <string>
#include <vector>

namespace radforge {

class Schema;

/// Attributes of a split of images into groups, "sex + age_group" in parts.
std::vector<std::string> attributes_of_subgroup(const std::string& text);

/// The field `subgroups` of a section. Refuses what splits nothing, and the same split twice.
void describe_subgroups(Schema& schema, std::vector<std::string>& subgroups, const char* help);

} // namespace radforge
