#include "finding_mapper.hpp"

#include "radforge/core/error.hpp"

#include <algorithm>
#include <utility>

namespace radforge {
namespace {

/// The higher counts where several labels mean one finding.
int weight(LabelState state) {
  switch (state) {
  case LabelState::present:
    return 3;
  case LabelState::uncertain:
    return 2;
  case LabelState::absent:
    return 1;
  case LabelState::unmentioned:
    break;
  }
  return 0;
}

LabelState merged(const FindingSource& finding, const std::vector<LabelState>& states) {
  if (finding.labels.empty()) {
    const bool silent =
        std::all_of(states.begin(), states.end(), [](LabelState state) { return state == LabelState::unmentioned; });
    return silent ? LabelState::unmentioned : LabelState::absent;
  }
  LabelState result = LabelState::unmentioned;
  for (const std::size_t label : finding.labels) {
    result = weight(states[label]) > weight(result) ? states[label] : result;
  }
  return result;
}

} // namespace

FindingMapper::FindingMapper(std::vector<FindingSource> findings, std::vector<LabelKind> kinds, LabelPolicy policy)
    : findings_(std::move(findings)), kinds_(std::move(kinds)), policy_(policy) {}

std::vector<std::int8_t> FindingMapper::map(std::span<const LabelState> labels) const {
  if (labels.empty()) {
    return std::vector<std::int8_t>(findings_.size(), -1);
  }
  require(labels.size() == kinds_.size(), "a state for each of the provider's labels");
  std::vector<LabelState> states(labels.begin(), labels.end());
  if (policy_.clear_if_no_finding && states_no_finding(states)) {
    for (std::size_t i = 0; i < states.size(); ++i) {
      states[i] = kinds_[i] == LabelKind::finding ? LabelState::absent : states[i];
    }
  }
  std::vector<std::int8_t> values;
  values.reserve(findings_.size());
  for (const FindingSource& finding : findings_) {
    const bool is_no_finding = !finding.labels.empty() && kinds_[finding.labels.front()] == LabelKind::no_finding;
    if (!finding.known) {
      values.push_back(-1);
    } else if (is_no_finding && policy_.recompute_no_finding) {
      values.push_back(recomputed_no_finding(states));
    } else {
      values.push_back(value_of(merged(finding, states)));
    }
  }
  return values;
}

std::vector<std::string> FindingMapper::known_findings() const {
  std::vector<std::string> names;
  for (const FindingSource& finding : findings_) {
    if (finding.known) {
      names.push_back(finding.name);
    }
  }
  return names;
}

std::int8_t FindingMapper::value_of(LabelState state) const {
  switch (state) {
  case LabelState::present:
    return 1;
  case LabelState::absent:
    return 0;
  case LabelState::uncertain:
    return policy_.uncertain;
  case LabelState::unmentioned:
    break;
  }
  return policy_.unmentioned;
}

bool FindingMapper::states_no_finding(const std::vector<LabelState>& states) const {
  for (std::size_t i = 0; i < states.size(); ++i) {
    if (kinds_[i] == LabelKind::no_finding && states[i] == LabelState::present) {
      return true;
    }
  }
  return false;
}

std::int8_t FindingMapper::recomputed_no_finding(const std::vector<LabelState>& states) const {
  bool open = false;
  for (std::size_t i = 0; i < states.size(); ++i) {
    if (kinds_[i] != LabelKind::no_finding && kinds_[i] != LabelKind::other) {
      const std::int8_t value = value_of(states[i]);
      if (value == 1) {
        return 0;
      }
      open = open || value == -1;
    }
  }
  return open && !states_no_finding(states) ? -1 : 1;
}

} // namespace radforge
