#include "radforge/data/target_labels.hpp"

#include "radforge/core/error.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <set>

namespace radforge {

namespace {

constexpr float unknown = std::numeric_limits<float>::quiet_NaN();

const std::string& class_of(const std::string& label, const SampleRecord& record) {
  return label == "sex" ? record.sex : label == "race" ? record.race : record.view;
}

template <class Visit>
void for_each_training_id(const Mixture& data, const Visit& visit) {
  for (const SamplerSource& source : data.training()) {
    for (const std::int64_t id : source.ids) {
      visit(id);
    }
  }
}

// Those that occur, in alphabetical order.
std::vector<std::string> classes_of(const std::string& label, const Mixture& data) {
  std::set<std::string> classes;
  for_each_training_id(data, [&](std::int64_t id) { classes.insert(class_of(label, data.record(id))); });
  classes.erase("");
  return {classes.begin(), classes.end()};
}

} // namespace

TargetLabels::TargetLabels(const TargetConfig& config, const Mixture& data) : TargetLabels(config.label, config.names) {
  if (kind() == TargetKind::labels && names_.empty()) {
    names_ = data.schema().findings;
  } else if (kind() == TargetKind::classes && names_.empty()) {
    names_ = classes_of(label_, data);
  }
  check(data);
}

TargetLabels::TargetLabels(std::string label, std::vector<std::string> names)
    : label_(std::move(label)), names_(std::move(names)) {
  if (kind() == TargetKind::value) {
    names_ = {label_};
  }
}

TargetKind TargetLabels::kind() const {
  return label_ == "findings" ? TargetKind::labels : label_ == "age" ? TargetKind::value : TargetKind::classes;
}

void TargetLabels::check(const Mixture& data) {
  if (kind() == TargetKind::labels) {
    for (const std::string& name : names_) {
      if (std::ranges::find(data.schema().findings, name) == data.schema().findings.end()) {
        throw ConfigError("target.names: the data have no finding '{}' (they have {}) correct it, or see data.findings", name,
                          fmt::join(data.schema().findings, ", "));
      }
    }
  }
  if (kind() == TargetKind::classes && names_.size() < 2) {
    throw DataError("target.label: the training images are of {} only (a classifier needs two classes at least) widen "
                    "data.sources",
                    names_.empty() ? fmt::format("unknown {}", label_) : fmt::format("{} {}", label_, names_.front()));
  }
  std::vector<std::set<float>> values(names_.size());
  for_each_training_id(data, [&](std::int64_t id) {
    const std::vector<float> labels = of(data, id);
    for (std::size_t i = 0; i < labels.size(); ++i) {
      if (labels[i] == labels[i]) { // no NaN
        values[i].insert(labels[i]);
      }
    }
  });
  std::vector<std::string> constant;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    if (kind() == TargetKind::classes && !values[i].contains(1)) {
      throw ConfigError("target.names: no training image is of {} {} (it could not be learned) leave it out", label_, names_[i]);
    }
    if (values[i].size() < 2) {
      constant.push_back(values[i].empty() ? fmt::format("{} is unknown", names_[i])
                                           : fmt::format("{} is {}", names_[i], *values[i].begin()));
    }
  }
  if (constant.size() == names_.size()) {
    throw DataError("target: in all training images {} (there is nothing to tell apart) widen data.sources",
                    fmt::join(constant, ", "));
  }
  if (!constant.empty()) {
    notes_.push_back(fmt::format("in all training images {}: nothing is learned of it", fmt::join(constant, ", ")));
  }
}

std::vector<float> TargetLabels::of(const Mixture& data, std::int64_t id) const {
  const SampleRecord& record = data.record(id);
  std::vector<float> labels(names_.size(), unknown);
  if (kind() == TargetKind::value) {
    labels[0] = record.age < 0 ? unknown : record.age;
    return labels;
  }
  if (kind() == TargetKind::classes) {
    const auto found = std::ranges::find(names_, class_of(label_, record));
    if (found != names_.end()) {
      std::ranges::fill(labels, 0.0F);
      labels[static_cast<std::size_t>(found - names_.begin())] = 1;
    }
    return labels;
  }
  const std::vector<std::string>& findings = data.schema().findings;
  const std::vector<std::int8_t> values = data.findings(id);
  for (std::size_t i = 0; i < names_.size(); ++i) {
    const auto found = std::ranges::find(findings, names_[i]);
    if (found != findings.end() && values[static_cast<std::size_t>(found - findings.begin())] >= 0) {
      labels[i] = values[static_cast<std::size_t>(found - findings.begin())];
    }
  }
  return labels;
}

} // namespace radforge
