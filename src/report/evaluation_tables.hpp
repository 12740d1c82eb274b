#pragma once

#include "radforge/report/plot.hpp"

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace radforge {

/// The tables that an evaluation of classifiers has written, as texts.
class EvaluationTables {
 public:
  /// A row of `metrics.csv`; all empty where there is none.
  struct Number {
    std::string value, low, high, num_images, num_seeds, seed_deviation, note;
  };
  /// What a row of `arms.csv` has beside.
  struct Gain {
    std::string domain, gain, low, high, relative, relative_low, relative_high, p;
  };
  struct Point {
    double x = 0, y = 0;
    std::string num_images;
  };
  struct Split {
    std::string name;                ///< "sex + age_group"
    std::vector<std::string> groups; ///< "sex=F age_group=18-39"
  };

  /// Errors: DataError (a column is missing), IoError.
  explicit EvaluationTables(const std::filesystem::path& folder);

  const std::vector<std::string>& arms() const { return arms_; }
  const std::vector<std::string>& sites() const { return sites_; }
  /// Labels, then their averages.
  const std::vector<std::string>& labels() const { return labels_; }
  const std::vector<Split>& splits() const { return splits_; }
  /// The one by which arms are told apart at a glance: the mean over all labels, or the only one.
  const std::string& head_label() const { return head_label_; }

  /// Of an arm or model.
  Number number(const std::string& model, const std::string& site, const std::string& label, const std::string& subgroup,
                const std::string& metric, const std::string& measure = "value") const;
  /// Over the first arm.
  Gain gain(const std::string& arm, const std::string& site, const std::string& label, const std::string& subgroup,
            const std::string& metric, const std::string& measure = "value") const;
  /// Of the arm's first model; `curve`: "roc" or "calibration".
  std::vector<Point> curve(const std::string& arm, const std::string& site, const std::string& label,
                           const std::string& curve) const;

 private:
  using Key = std::tuple<std::string, std::string, std::string, std::string, std::string, std::string>;

  void read_metrics(const std::filesystem::path& path);
  void read_arms(const std::filesystem::path& path);
  void read_curves(const std::filesystem::path& path);

  std::vector<std::string> arms_, sites_, labels_;
  std::vector<Split> splits_;
  std::string head_label_;
  std::map<Key, Number> numbers_;
  std::map<Key, Gain> gains_;
  std::map<std::tuple<std::string, std::string, std::string, std::string>, std::vector<Point>>
      curves_; ///< arm, site, label, curve
};

/// Adds a number with its interval, if it has one, to a series of a plot with categories.
void add_point(Series& series, const EvaluationTables::Number& number, std::size_t category);

} // namespace radforge
