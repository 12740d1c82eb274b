#include "radforge/evaluate/scaling.hpp"

#include "radforge/core/error.hpp"
#include "radforge/metrics/compute_optimum.hpp"
#include "radforge/metrics/scaling_law.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>
#include <tuple>
#include <utility>

namespace radforge {

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t parameters_of_joint_law = 5;
constexpr std::size_t parameters_of_power_law = 3;
constexpr int points_of_curve = 48;

/// What the laws of one variable differ in.
struct Slice {
  std::string law;
  std::string variable;
  double ScalingRun::*size = nullptr;
  std::string fixed; ///< "N" or "D"; "" = none
  double ScalingRun::*fixed_size = nullptr;
};

std::string not_fitted(std::size_t num_points, std::size_t num_parameters) {
  return fmt::format("not fitted ({} point{} for {} parameters) measure at more sizes", num_points, num_points == 1 ? "" : "s",
                     num_parameters);
}

std::string joined(const std::string& first, const std::string& second) {
  return first.empty() || second.empty() ? first + second : first + "; " + second;
}

class Analysis {
 public:
  Analysis(const ScalingMeasure& measure, const ScalingSettings& settings) : measure_(measure), settings_(settings) {
    std::vector<ScalingRun> runs = measure.runs;
    std::ranges::sort(runs, {},
                      [](const ScalingRun& run) { return std::tuple(run.flop, run.model_size, run.data_size, run.name); });
    std::set<std::tuple<double, double, double>> places;
    for (const ScalingRun& run : runs) {
      places.insert({run.flop, run.model_size, run.data_size});
    }
    const std::size_t num_fitted = places.size() - std::min(places.size(), settings.held_out);
    std::size_t place = 0;
    for (std::size_t i = 0; i < runs.size(); ++i) {
      const bool is_new = i == 0 || std::tie(runs[i].flop, runs[i].model_size, runs[i].data_size) !=
                                        std::tie(runs[i - 1].flop, runs[i - 1].model_size, runs[i - 1].data_size);
      place += is_new ? 1 : 0;
      (place <= num_fitted ? fitted_ : held_out_).push_back(runs[i]);
    }
  }

  ScalingResult result() {
    find_frontier();
    for (const ScalingRun& run : fitted_) {
      result_.points.push_back(
          {measure_.name, run, false, std::ranges::find(frontier_, run.name, &ScalingRun::name) != frontier_.end()});
    }
    for (const ScalingRun& run : held_out_) {
      result_.points.push_back({measure_.name, run, true, false});
    }
    if (measure_.trend == Trend::falling) {
      fit_joint();
    }
    fit_slice({"data", "D", &ScalingRun::data_size, "N", &ScalingRun::model_size});
    fit_slice({"model", "N", &ScalingRun::model_size, "D", &ScalingRun::data_size});
    fit_slice({"compute", "C", &ScalingRun::flop, "", nullptr});
    return std::move(result_);
  }

 private:
  bool is_better(double value, double other) const { return measure_.trend == Trend::falling ? value < other : value > other; }

  void find_frontier() {
    for (std::size_t i = 0; i < fitted_.size(); ++i) {
      const auto beats = [&](const ScalingRun& other) {
        return other.flop <= fitted_[i].flop && is_better(other.value, fitted_[i].value);
      };
      const auto is_before = [&](const ScalingRun& other) { return other.value == fitted_[i].value; };
      if (std::ranges::none_of(fitted_, beats) &&
          std::none_of(fitted_.begin(), fitted_.begin() + static_cast<std::ptrdiff_t>(i), is_before)) {
        frontier_.push_back(fitted_[i]);
      }
    }
  }

  void add_fit(const std::string& law, const std::string& variable, const std::string& parameter, double value,
               const std::optional<Interval>& interval = {}, const std::string& note = "") {
    result_.fits.push_back({measure_.name, law, variable, parameter, value, interval ? interval->low : unknown,
                            interval ? interval->high : unknown, note});
  }

  void add_prediction(const std::string& law, const ScalingRun& run, const std::vector<Prediction>& predictions,
                      std::size_t index, double value_of_law, std::string note) {
    ScalingPredictionRow row{measure_.name, law, run, value_of_law, unknown, unknown, {}, std::move(note)};
    if (index < predictions.size()) {
      const Prediction& prediction = predictions[index];
      row.low = prediction.measured.low;
      row.high = prediction.measured.high;
      row.inside = prediction.measured.contains(run.value);
    } else {
      row.note = joined(row.note, "no interval (no draws, or as many points as parameters)");
    }
    result_.predictions.push_back(std::move(row));
  }

  void fit_joint() {
    const std::string law = "joint";
    const std::string variable = "N, D";
    std::vector<ScalingPoint> points;
    std::ranges::transform(fitted_, std::back_inserter(points), [](const ScalingRun& run) {
      return ScalingPoint{run.model_size, run.data_size, run.value};
    });
    std::vector<ScalingPlace> places;
    std::ranges::transform(held_out_, std::back_inserter(places), [](const ScalingRun& run) {
      return ScalingPlace{run.model_size, run.data_size};
    });
    const auto refuse = [&](const std::string& note) {
      add_fit(law, variable, "E", unknown, {}, note);
      for (const double budget : settings_.budgets) {
        result_.optima.push_back({measure_.name, budget, unknown, unknown, unknown, unknown, note});
      }
    };
    add_fit(law, variable, "num_points", static_cast<double>(points.size()));
    if (points.size() < parameters_of_joint_law) {
      return refuse(not_fitted(points.size(), parameters_of_joint_law));
    }
    ScalingLawFit fit;
    try {
      fit = fit_scaling_law(points, settings_.fit, places);
    } catch (const DataError& error) {
      return refuse(fmt::format("not fitted ({})", error.what()));
    }
    const std::string doubt = fit.not_identifiable.empty() ? "" : "not identifiable: " + fit.not_identifiable;
    const auto interval = [&](Interval ScalingLawIntervals::*member) {
      return fit.intervals ? std::optional((*fit.intervals).*member) : std::nullopt;
    };
    add_fit(law, variable, "E", fit.law.e, interval(&ScalingLawIntervals::e), doubt);
    add_fit(law, variable, "A", fit.law.a, interval(&ScalingLawIntervals::a));
    add_fit(law, variable, "alpha", fit.law.alpha, interval(&ScalingLawIntervals::alpha));
    add_fit(law, variable, "B", fit.law.b, interval(&ScalingLawIntervals::b));
    add_fit(law, variable, "beta", fit.law.beta, interval(&ScalingLawIntervals::beta));
    add_fit(law, variable, "residual_scale", fit.quality.residual_scale);
    for (std::size_t i = 0; i < held_out_.size(); ++i) {
      add_prediction(law, held_out_[i], fit.predictions, i, fit.law.loss(places[i].model_size, places[i].data_size), doubt);
    }
    add_optima(fit.law, doubt);
    for (const double model_size : sizes_of(&ScalingRun::model_size)) {
      const auto value = [&](double size) { return fit.law.loss(model_size, size); };
      add_curve(law, "D", model_size, &ScalingRun::data_size, value);
    }
  }

  void add_optima(const ScalingLaw& law, const std::string& doubt) {
    std::vector<double> factors;
    std::ranges::transform(fitted_, std::back_inserter(factors),
                           [](const ScalingRun& run) { return run.flop / (run.model_size * run.data_size); });
    std::ranges::sort(factors);
    const double factor = factors[factors.size() / 2];
    std::string note = doubt;
    constexpr double alike = 1.2;
    if (factors.back() > alike * factors.front()) {
      note =
          joined(note, fmt::format("FLOP a parameter and sample are from {:.3g} to {:.3g} over the runs, so C = k N D is rough",
                                   factors.front(), factors.back()));
    }
    for (const double budget : settings_.budgets) {
      ScalingOptimumRow row{measure_.name, budget, unknown, unknown, unknown, factor, note};
      try {
        const ComputeOptimum optimum = compute_optimum(law, budget, factor);
        row.model_size = optimum.model_size;
        row.data_size = optimum.data_size;
        row.value = optimum.loss;
        if (const double most = fitted_.back().flop; budget > most) {
          row.note = joined(row.note, fmt::format("{:.3g} times the arithmetic of any run that was fitted", budget / most));
        }
      } catch (const DataError& error) {
        row.note = joined(error.what(), note);
      }
      result_.optima.push_back(std::move(row));
    }
  }

  void fit_slice(const Slice& slice) {
    std::vector<ScalingRun> runs = slice.fixed.empty() ? frontier_ : fitted_;
    std::vector<ScalingRun> held_out = held_out_;
    if (!slice.fixed.empty() && !runs.empty()) {
      const double largest = std::ranges::max(runs, {}, slice.fixed_size).*slice.fixed_size;
      const auto is_elsewhere = [&](const ScalingRun& run) { return run.*slice.fixed_size != largest; };
      std::erase_if(runs, is_elsewhere);
      std::erase_if(held_out, is_elsewhere);
      add_fit(slice.law, slice.variable, slice.fixed, largest);
    }
    add_fit(slice.law, slice.variable, "num_points", static_cast<double>(runs.size()));
    if (runs.size() < parameters_of_power_law) {
      return add_fit(slice.law, slice.variable, "E", unknown, {}, not_fitted(runs.size(), parameters_of_power_law));
    }
    PowerLawProblem problem{.points = {}, .trend = measure_.trend, .held_out = {}};
    for (const ScalingRun& run : runs) {
      problem.points.push_back({run.*slice.size, run.value});
    }
    for (const ScalingRun& run : held_out) {
      problem.held_out.push_back(run.*slice.size);
    }
    PowerLawFit fit;
    try {
      fit = fit_power_law(problem, settings_.fit);
    } catch (const DataError& error) {
      return add_fit(slice.law, slice.variable, "E", unknown, {}, fmt::format("not fitted ({})", error.what()));
    }
    const std::string doubt = fit.not_identifiable.empty() ? "" : "not identifiable: " + fit.not_identifiable;
    const auto interval = [&](Interval PowerLawIntervals::*member) {
      return fit.intervals ? std::optional((*fit.intervals).*member) : std::nullopt;
    };
    add_fit(slice.law, slice.variable, "E", fit.law.e, interval(&PowerLawIntervals::e), doubt);
    add_fit(slice.law, slice.variable, "A", fit.law.a, interval(&PowerLawIntervals::a));
    add_fit(slice.law, slice.variable, "alpha", fit.law.alpha, interval(&PowerLawIntervals::alpha));
    add_fit(slice.law, slice.variable, "residual_scale", fit.quality.residual_scale);
    for (std::size_t i = 0; i < held_out.size(); ++i) {
      const auto beats = [&](const ScalingRun& run) { return is_better(run.value, held_out[i].value); };
      const bool is_off = slice.fixed.empty() && std::ranges::any_of(fitted_, beats);
      add_prediction(slice.law, held_out[i], fit.predictions, i, fit.law.value(problem.held_out[i]),
                     joined(doubt, is_off ? "not on the frontier: a cheaper run is better" : ""));
    }
    const double fixed = slice.variable == "D" ? runs.front().model_size : unknown;
    add_curve(slice.law, slice.variable, fixed, slice.size, [&](double size) { return fit.law.value(size); });
  }

  std::set<double> sizes_of(double ScalingRun::*member) const {
    std::set<double> sizes;
    for (const auto* runs : {&fitted_, &held_out_}) {
      for (const ScalingRun& run : *runs) {
        sizes.insert(run.*member);
      }
    }
    return sizes;
  }

  /// From the least to the largest size of all runs, in equal steps of the logarithm.
  template <class Value>
  void add_curve(const std::string& law, const std::string& variable, double model_size, double ScalingRun::*member,
                 const Value& value) {
    const std::set<double> sizes = sizes_of(member);
    const double first = *sizes.begin();
    const double ratio = *sizes.rbegin() / first;
    for (int i = 0; i < points_of_curve; ++i) {
      const double x = first * std::pow(ratio, i / (points_of_curve - 1.0));
      result_.curves.push_back({measure_.name, law, variable, model_size, x, value(x)});
    }
  }

  const ScalingMeasure& measure_;
  const ScalingSettings& settings_;
  std::vector<ScalingRun> fitted_;   ///< by arithmetic
  std::vector<ScalingRun> held_out_; ///< likewise
  std::vector<ScalingRun> frontier_; ///< of those fitted
  ScalingResult result_;
};

} // namespace

ScalingResult analyse_scaling(const ScalingMeasure& measure, const ScalingSettings& settings) {
  for (const ScalingRun& run : measure.runs) {
    require(std::isfinite(run.value), "a finite value of every run");
  }
  return Analysis(measure, settings).result();
}

} // namespace radforge
