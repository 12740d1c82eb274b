#include "label_space.hpp"

#include "finding_words.hpp"

#include <algorithm>
#include <utility>

namespace radforge {
namespace {

/// How a provider's table tells what is absent.
enum class Coverage {
  list,     ///< of what is present: all else is absent
  columns,  ///< by an answer in every column
  mentions, ///< only where the report speaks of it
};

struct Vocabulary {
  std::vector<std::string> FindingLabels::*labels = nullptr; ///< none: a finding is the label of its own name
  Coverage coverage = Coverage::mentions;
};

Vocabulary vocabulary_of(const std::string& adapter) {
  if (adapter == "mimic-cxr" || adapter == "chexpert") {
    return {&FindingLabels::chexpert, Coverage::mentions};
  }
  if (adapter == "nih") {
    return {&FindingLabels::nih, Coverage::list};
  }
  if (adapter == "padchest") {
    return {&FindingLabels::padchest, Coverage::list};
  }
  if (adapter == "vindr-cxr") {
    return {&FindingLabels::vindr_cxr, Coverage::columns};
  }
  return {};
}

bool is_one_of(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::int8_t value_of_policy(const std::string& policy) { return policy == "positive" ? 1 : policy == "negative" ? 0 : -1; }

} // namespace

LabelSpace::LabelSpace(const LabelsConfig& config, std::vector<std::string> findings)
    : config_(config), findings_(std::move(findings)) {
  if (!config_.map.empty()) {
    map_ = load_label_map(config_.map);
    for (const std::string& finding : findings_) {
      get_finding(map_, finding, config_.map);
    }
  }
}

FindingMapper LabelSpace::for_site(const std::string& adapter, const std::vector<std::string>& labels) const {
  const Vocabulary vocabulary = vocabulary_of(adapter);
  const bool mapped = !config_.map.empty() && vocabulary.labels != nullptr;

  std::vector<FindingSource> sources;
  for (const std::string& finding : findings_) {
    const std::vector<std::string> names =
        mapped ? get_finding(map_, finding, config_.map).*vocabulary.labels : std::vector<std::string>{finding};
    FindingSource source{.name = finding};
    for (std::size_t i = 0; i < labels.size(); ++i) {
      if (is_one_of(names, labels[i])) {
        source.labels.push_back(i);
      }
    }
    source.known = !source.labels.empty() || (mapped && vocabulary.coverage == Coverage::list && !names.empty());
    sources.push_back(std::move(source));
  }

  const FindingLabels* no_finding = mapped ? find_finding(map_, "No_Finding") : nullptr;
  std::vector<LabelKind> kinds;
  for (const std::string& label : labels) {
    const std::string words = in_words(label);
    if (no_finding != nullptr ? is_one_of(no_finding->*vocabulary.labels, label) : words == "no finding") {
      kinds.push_back(LabelKind::no_finding);
    } else if (vocabulary.labels == nullptr && !is_one_of(findings_, label)) {
      kinds.push_back(LabelKind::other);
    } else {
      kinds.push_back(words == "support devices" ? LabelKind::device : LabelKind::finding);
    }
  }

  return {std::move(sources),
          std::move(kinds),
          {.uncertain = value_of_policy(config_.uncertain),
           .unmentioned = value_of_policy(config_.empty),
           .clear_if_no_finding = config_.empty == "negative_if_no_finding" && vocabulary.coverage == Coverage::mentions,
           .recompute_no_finding = config_.no_finding == "recomputed"}};
}

} // namespace radforge
