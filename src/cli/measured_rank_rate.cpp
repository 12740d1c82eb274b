#include "measured_rank_rate.hpp"

#include "training_scale.hpp"

#include "radforge/core/error.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

namespace radforge {

namespace {

namespace fs = std::filesystem;

nlohmann::json parsed(const std::string& text, const fs::path& path) {
  try {
    return nlohmann::json::parse(text);
  } catch (const nlohmann::json::exception&) {
    throw DataError("{} is not what a training writes (it is damaged). Name the folder of another run", path.string());
  }
}

std::ifstream opened(const fs::path& path) {
  std::ifstream file(path);
  if (!file) {
    throw DataError("{} cannot be read (--measured takes the folder of a training that has logged some steps). Name another one",
                    path.string());
  }
  return file;
}

/// Of the run's last start.
std::int64_t num_ranks_of(const fs::path& run) {
  const fs::path path = run / "run.json";
  std::ifstream file = opened(path);
  const nlohmann::json starts = parsed({std::istreambuf_iterator<char>(file), {}}, path).value("starts", nlohmann::json::array());
  return starts.empty() ? 1 : starts.back().value("num_ranks", std::int64_t{1});
}

} // namespace

double measured_rank_rate(const fs::path& run) {
  const std::int64_t num_ranks = num_ranks_of(run);
  const std::optional<TrainingScale> scale = training_scale(run / "config.yaml", found_by_training(run));
  if (!scale) {
    throw DataError("{} is no training (a rate is that of forward and backward). Name the folder of one", run.string());
  }
  const double images_each =
      static_cast<double>(scale->num_samples) / static_cast<double>(scale->num_steps) / static_cast<double>(num_ranks);
  std::vector<double> rates;
  const fs::path path = run / "timing.jsonl";
  std::ifstream file = opened(path);
  for (std::string line; std::getline(file, line);) {
    const nlohmann::json values = parsed(line, path);
    const double images_per_s = values.value("images_per_s", 0.0);
    const double compute_s = values.value("compute_s", 0.0);
    if (images_per_s > 0 && compute_s > 0 && values.contains("model_tflops")) {
      const double flop_an_image = values.value("model_tflops", 0.0) * 1e12 / images_per_s;
      rates.push_back(flop_an_image * images_each / compute_s);
    }
  }
  if (rates.size() < 2) {
    throw DataError("{} has fewer than two lines with rates (the first holds start-up). Let the run go on, or log more often",
                    path.string());
  }
  const auto middle = rates.begin() + 1 + static_cast<std::ptrdiff_t>((rates.size() - 1) / 2);
  std::nth_element(rates.begin() + 1, middle, rates.end());
  return *middle;
}

} // namespace radforge
