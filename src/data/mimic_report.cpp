#include "mimic_report.hpp"

#include "cell_text.hpp"

#include <algorithm>
#include <array>

namespace radforge {
namespace {

enum class Section { none, impression, findings };

/// A line's first words, if they head a section; its colon is at the end of them.
std::string_view heading_of(std::string_view line) {
  const std::size_t colon = line.find(':');
  const std::string_view name = line.substr(0, colon == std::string_view::npos ? 0 : colon);
  const auto is_heading_letter = [](char c) {
    return (c >= 'A' && c <= 'Z') || std::string_view(" ()/,-&.").find(c) != std::string_view::npos;
  };
  if (name.size() > 2 && name.size() <= 60 && std::all_of(name.begin(), name.end(), is_heading_letter)) {
    return name;
  }
  constexpr std::array<std::string_view, 14> known{"IMPRESSION", "IMPRESSIONS",    "CONCLUSION",   "CONCLUSIONS", "FINDINGS",
                                                   "FINDING",    "COMPARISON",     "COMPARISONS",  "INDICATION",  "HISTORY",
                                                   "TECHNIQUE",  "RECOMMENDATION", "NOTIFICATION", "EXAMINATION"};
  return std::find(known.begin(), known.end(), to_upper(trim(name))) != known.end() ? name : std::string_view();
}

Section section_named(std::string_view heading) {
  const std::string name = to_upper(heading);
  if (name.find("IMPRESSION") != std::string::npos || name.starts_with("CONCLUSION")) {
    return Section::impression;
  }
  return name.find("FINDING") != std::string::npos ? Section::findings : Section::none;
}

bool ends_part(std::string_view line) {
  const bool is_rule = line.size() >= 10 && line.find_first_not_of('_') == std::string_view::npos;
  return is_rule || line == "FINAL REPORT" || line == "FINAL ADDENDUM" || line == "ADDENDUM";
}

ReportText cut(std::string text) {
  if (text.size() <= ReportText::max_bytes) {
    return {std::move(text), false};
  }
  const std::size_t space = text.rfind(' ', ReportText::max_bytes);
  text.resize(space == std::string::npos ? 0 : space);
  return {std::move(text), true};
}

} // namespace

ReportText read_report(std::string_view report) {
  std::string impression;
  std::string findings;
  std::string current;
  Section section = Section::none;
  const auto close = [&] {
    std::string text = on_one_line(current);
    if (section != Section::none && !text.empty()) {
      (section == Section::impression ? impression : findings) = std::move(text);
    }
    current.clear();
    section = Section::none;
  };
  while (!report.empty()) {
    const std::size_t end = report.find('\n');
    std::string_view line = trim(report.substr(0, end));
    report.remove_prefix(end == std::string_view::npos ? report.size() : end + 1);
    if (ends_part(line)) {
      close();
    } else if (const std::string_view heading = heading_of(line); !heading.empty()) {
      close();
      section = section_named(heading);
      line.remove_prefix(heading.size() + 1);
    }
    if (section != Section::none) {
      current.append(line).append(1, '\n');
    }
  }
  close();
  return cut(impression.empty() ? std::move(findings) : std::move(impression));
}

} // namespace radforge
