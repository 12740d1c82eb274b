#include "radforge/metrics/group_counts.hpp"

#include "radforge/core/error.hpp"

#include <array>
#include <cmath>
#include <limits>

namespace radforge {

namespace {

enum class Needs { images, positives, negatives, both, called };

struct Definition {
  Metric metric;
  const char* name;
  Needs needs;
  double (*value)(const GroupCounts&);
};

double all(const GroupCounts& of) { return of.positives + of.negatives; }
double sensitivity(const GroupCounts& of) { return of.true_positives / of.positives; }
double specificity(const GroupCounts& of) { return (of.negatives - of.false_positives) / of.negatives; }
double called(const GroupCounts& of) { return of.true_positives + of.false_positives; }

constexpr std::array definitions{
    Definition{Metric::auroc, "auroc", Needs::both,
               [](const GroupCounts& of) { return of.twice_ordered / (2 * of.positives * of.negatives); }},
    Definition{Metric::average_precision, "average_precision", Needs::positives,
               [](const GroupCounts& of) { return of.precision_sum / of.positives; }},
    Definition{Metric::brier, "brier", Needs::images, [](const GroupCounts& of) { return of.squared_error / all(of); }},
    Definition{Metric::calibration_error, "calibration_error", Needs::images,
               [](const GroupCounts& of) { return of.bin_error / all(of); }},
    Definition{Metric::accuracy, "accuracy", Needs::images,
               [](const GroupCounts& of) { return (of.true_positives + of.negatives - of.false_positives) / all(of); }},
    Definition{Metric::balanced_accuracy, "balanced_accuracy", Needs::both,
               [](const GroupCounts& of) { return (sensitivity(of) + specificity(of)) / 2; }},
    Definition{Metric::f1, "f1", Needs::positives,
               [](const GroupCounts& of) { return 2 * of.true_positives / (of.positives + called(of)); }},
    Definition{Metric::sensitivity, "sensitivity", Needs::positives, sensitivity},
    Definition{Metric::specificity, "specificity", Needs::negatives, specificity},
    Definition{Metric::precision, "precision", Needs::called,
               [](const GroupCounts& of) { return of.true_positives / called(of); }},
    Definition{Metric::false_positive_rate, "false_positive_rate", Needs::negatives,
               [](const GroupCounts& of) { return of.false_positives / of.negatives; }},
    Definition{Metric::false_negative_rate, "false_negative_rate", Needs::positives,
               [](const GroupCounts& of) { return (of.positives - of.true_positives) / of.positives; }},
    Definition{Metric::selection_rate, "selection_rate", Needs::images,
               [](const GroupCounts& of) { return called(of) / all(of); }},
};

const Definition& definition_of(Metric metric) {
  const Definition& found = definitions.at(static_cast<std::size_t>(metric));
  require(found.metric == metric, "metrics are defined in their order");
  return found;
}

} // namespace

std::span<const Metric> all_metrics() {
  static constexpr auto metrics = [] {
    std::array<Metric, definitions.size()> list{};
    for (std::size_t i = 0; i < list.size(); ++i) {
      list[i] = definitions[i].metric;
    }
    return list;
  }();
  return metrics;
}

std::string name_of(Metric metric) { return definition_of(metric).name; }

double value_of(Metric metric, const GroupCounts& counts) {
  const Definition& definition = definition_of(metric);
  const bool has_positives = counts.positives > 0;
  const bool has_negatives = counts.negatives > 0;
  const bool is_defined = definition.needs == Needs::both        ? has_positives && has_negatives
                          : definition.needs == Needs::positives ? has_positives
                          : definition.needs == Needs::negatives ? has_negatives
                          : definition.needs == Needs::called    ? called(counts) > 0
                                                                 : has_positives || has_negatives;
  return is_defined ? definition.value(counts) : std::numeric_limits<double>::quiet_NaN();
}

std::string why_undefined(Metric metric, const GroupCounts& counts) {
  if (!std::isnan(value_of(metric, counts))) {
    return {};
  }
  if (counts.positives + counts.negatives == 0) {
    return "no image with a known label";
  }
  if (definition_of(metric).needs == Needs::called) {
    return "no image is called positive";
  }
  return counts.positives == 0 ? "no positive image" : "no negative image";
}

} // namespace radforge
