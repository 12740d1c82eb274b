#pragma once

#include "radforge/config/classifier_run_config.hpp"
#include "radforge/data/mixture.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace radforge {

enum class TargetKind {
  labels,  ///< each name is there or not: 1, 0
  classes, ///< one of the names is there: 1, the others 0
  value,   ///< one number
};

/// What a classifier is to tell of a sample, as numbers: one a name, NaN where unknown.
class TargetLabels {
 public:
  /// With the names that `config` leaves to the data. Errors: ConfigError (a finding that the data do not have, a class that
  /// does not occur in training, fewer than two classes), DataError (no training sample with a known label, or all with the
  /// same).
  TargetLabels(const TargetConfig& config, const Mixture& data);
  /// As a trained classifier's folder says.
  TargetLabels(std::string label, std::vector<std::string> names);

  const std::string& label() const { return label_; }
  const std::vector<std::string>& names() const { return names_; }
  TargetKind kind() const;

  std::vector<float> of(const Mixture& data, std::int64_t id) const;
  /// Sentences for people: names whose label has one value alone in training, which teaches nothing.
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  void check(const Mixture& data);

  std::string label_;
  std::vector<std::string> names_;
  std::vector<std::string> notes_;
};

} // namespace radforge
