#pragma once

#include "site_table.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace radforge {

/// What becomes of a provider's labels. The numbers are 1 present, 0 absent, -1 unknown.
struct LabelPolicy {
  std::int8_t uncertain = -1;
  std::int8_t unmentioned = -1;
  /// Where the provider states that there is no finding, every other label is absent, an uncertain or a present one too; only
  /// devices stay, which the labelers do not count as findings.
  bool clear_if_no_finding = false;
  /// No finding is present if no other label of the provider is, devices included; absent if one is. Where unknown labels leave
  /// it open, the provider's statement of no finding decides, and without one it is unknown.
  bool recompute_no_finding = false;
};

/// What a provider's label speaks of; `other` is a column of a table that no finding of the data set names.
enum class LabelKind { finding, device, no_finding, other };

/// Where one of the data set's findings comes from at a site.
struct FindingSource {
  std::string name;
  std::vector<std::size_t> labels; ///< of the provider, by place, those that mean it
  bool known = false;              ///< the provider tells: with no labels, it is absent in every image that has any
};

/// Turns a site's labels into the data set's findings.
class FindingMapper {
 public:
  /// `kinds`: one each of the provider's labels.
  FindingMapper(std::vector<FindingSource> findings, std::vector<LabelKind> kinds, LabelPolicy policy);

  /// 1 present, 0 absent, -1 unknown, one each of the findings; `labels` one each of the provider's, or none for an image that
  /// nobody labelled: then all is unknown, whatever the policy. Of several labels that mean
  /// a finding a present one counts before an uncertain one, that before an absent one, and that before an unmentioned one.
  std::vector<std::int8_t> map(std::span<const LabelState> labels) const;

  /// The findings that this provider tells of; the others are unknown in all its images.
  std::vector<std::string> known_findings() const;

 private:
  std::int8_t value_of(LabelState state) const;
  bool states_no_finding(const std::vector<LabelState>& states) const;
  std::int8_t recomputed_no_finding(const std::vector<LabelState>& states) const;

  std::vector<FindingSource> findings_;
  std::vector<LabelKind> kinds_;
  LabelPolicy policy_;
};

} // namespace radforge
