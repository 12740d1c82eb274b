#include "scaling_files.hpp"

#include "result_text.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/build_info.hpp"
#include "radforge/io/csv.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace radforge {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr int schema_version = 1;

std::string points_text(const std::vector<ScalingResult>& results) {
  std::string text = "measure,run,model_size,data_size,flop,value,held_out,on_frontier\n";
  for (const ScalingResult& result : results) {
    for (const ScalingPointRow& row : result.points) {
      text += fmt::format("{},{},{},{},{},{},{:d},{:d}\n", csv_text(row.measure), csv_text(row.run.name),
                          number_text(row.run.model_size), number_text(row.run.data_size), number_text(row.run.flop),
                          number_text(row.run.value), row.held_out, row.on_frontier);
    }
  }
  return text;
}

std::string fits_text(const std::vector<ScalingResult>& results) {
  std::string text = "measure,law,variable,parameter,value,low,high,note\n";
  for (const ScalingResult& result : results) {
    for (const ScalingFitRow& row : result.fits) {
      text += fmt::format("{},{},{},{},{},{},{},{}\n", csv_text(row.measure), row.law, csv_text(row.variable), row.parameter,
                          number_text(row.value), number_text(row.low), number_text(row.high), csv_text(row.note));
    }
  }
  return text;
}

std::string inside_text(const ScalingPredictionRow& row) { return !row.inside ? "" : *row.inside ? "yes" : "no"; }

std::string predictions_text(const std::vector<ScalingResult>& results) {
  std::string text = "measure,law,run,model_size,data_size,flop,measured,predicted,low,high,inside,note\n";
  for (const ScalingResult& result : results) {
    for (const ScalingPredictionRow& row : result.predictions) {
      text += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{}\n", csv_text(row.measure), row.law, csv_text(row.run.name),
                          number_text(row.run.model_size), number_text(row.run.data_size), number_text(row.run.flop),
                          number_text(row.run.value), number_text(row.predicted), number_text(row.low), number_text(row.high),
                          inside_text(row), csv_text(row.note));
    }
  }
  return text;
}

std::string optimum_text(const std::vector<ScalingResult>& results) {
  std::string text = "measure,flop,model_size,data_size,value,flop_per_parameter_and_sample,note\n";
  for (const ScalingResult& result : results) {
    for (const ScalingOptimumRow& row : result.optima) {
      text += fmt::format("{},{},{},{},{},{},{}\n", csv_text(row.measure), number_text(row.flop), number_text(row.model_size),
                          number_text(row.data_size), number_text(row.value), number_text(row.flop_per_parameter_and_sample),
                          csv_text(row.note));
    }
  }
  return text;
}

std::string curves_text(const std::vector<ScalingResult>& results) {
  std::string text = "measure,law,variable,model_size,x,value\n";
  for (const ScalingResult& result : results) {
    for (const ScalingCurveRow& row : result.curves) {
      text += fmt::format("{},{},{},{},{},{}\n", csv_text(row.measure), row.law, row.variable, number_text(row.model_size),
                          number_text(row.x), number_text(row.value));
    }
  }
  return text;
}

/// For people.
std::string rounded(double value, int digits) { return std::isnan(value) ? "-" : fmt::format("{:.{}g}", value, digits); }

std::string interval_text(double low, double high) { return std::isnan(low) ? "" : fmt::format("{:.4g} to {:.4g}", low, high); }

} // namespace

void write_scaling(const fs::path& folder, const std::string& config_digest, const ScalingConfig& config, const ScalingRuns& runs,
                   const std::vector<ScalingResult>& results) {
  write_file_atomically(folder / "points.csv", points_text(results));
  write_file_atomically(folder / "fits.csv", fits_text(results));
  write_file_atomically(folder / "predictions.csv", predictions_text(results));
  write_file_atomically(folder / "optimum.csv", optimum_text(results));
  write_file_atomically(folder / "curves.csv", curves_text(results));
  Json measures = Json::array();
  for (const ScalingMeasureConfig& measure : config.measures) {
    measures.push_back({{"name", measure.name},
                        {"trainings", measure.trainings},
                        {"source", measure.source},
                        {"entry", measure.entry},
                        {"key", measure.key},
                        {"trend", measure.trend}});
  }
  const Json json{{"schema_version", schema_version},
                  {"task", config.task},
                  {"radforge", build_info().version},
                  {"config_digest", config_digest},
                  {"inputs", lines_of(runs.inputs)},
                  {"settings",
                   {{"seed", config.seed},
                    {"measures", measures},
                    {"held_out", config.held_out},
                    {"level", config.fit.level},
                    {"num_draws", config.fit.num_draws},
                    {"residuals", config.fit.residuals},
                    {"huber_delta", config.fit.huber_delta},
                    {"max_exponent", config.fit.max_exponent},
                    {"model_size", "trained parameters"},
                    {"data_size", "samples seen"},
                    {"flop", "of the trained model, forward and backward"}}},
                  {"tables", {"points.csv", "fits.csv", "predictions.csv", "optimum.csv", "curves.csv"}},
                  {"notes", runs.notes}};
  write_file_atomically(folder / scaling_file, json.dump(1) + "\n");
}

std::string scaling_text(const std::vector<ScalingResult>& results) {
  std::string text =
      fmt::format("{:<16} {:<8} {:<14} {:>12}  {:<24} {}\n", "measure", "law", "parameter", "value", "interval", "note");
  for (const ScalingResult& result : results) {
    for (const ScalingFitRow& row : result.fits) {
      text += fmt::format("{:<16} {:<8} {:<14} {:>12}  {:<24} {}\n", row.measure, row.law, row.parameter, rounded(row.value, 5),
                          interval_text(row.low, row.high), row.note);
    }
  }
  text += fmt::format("\n{:<16} {:<8} {:<28} {:>10} {:>10}  {:<24} {}\n", "held out", "law", "run", "measured", "predicted",
                      "interval", "inside");
  for (const ScalingResult& result : results) {
    for (const ScalingPredictionRow& row : result.predictions) {
      text +=
          fmt::format("{:<16} {:<8} {:<28} {:>10} {:>10}  {:<24} {}\n", row.measure, row.law, row.run.name,
                      rounded(row.run.value, 4), rounded(row.predicted, 4), interval_text(row.low, row.high), inside_text(row));
    }
  }
  const auto has_optimum = [](const ScalingResult& result) { return !result.optima.empty(); };
  if (std::ranges::any_of(results, has_optimum)) {
    text += fmt::format("\n{:<16} {:>10} {:>12} {:>12} {:>10}  {}\n", "best use of", "FLOP", "parameters", "samples", "value",
                        "note");
    for (const ScalingResult& result : results) {
      for (const ScalingOptimumRow& row : result.optima) {
        text += fmt::format("{:<16} {:>10} {:>12} {:>12} {:>10}  {}\n", row.measure, rounded(row.flop, 3),
                            rounded(row.model_size, 4), rounded(row.data_size, 4), rounded(row.value, 4), row.note);
      }
    }
  }
  return text;
}

} // namespace radforge
