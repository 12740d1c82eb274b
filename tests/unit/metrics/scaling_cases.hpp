#pragma once

#include "radforge/core/philox.hpp"
#include "radforge/metrics/scaling_law.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <vector>

namespace radforge {

/// A data set and what SciPy made of it.
struct ScalingCase {
  std::vector<std::vector<double>> sizes; ///< one or two variables
  std::vector<double> values;
  bool rising = false;
  double huber_delta = 0;
  double objective = 0;
  std::vector<double> fitted; ///< the law at the points
};

/// What tools/golden/metrics_scaling.py has written.
inline std::vector<ScalingCase> scaling_cases() {
  std::ifstream file(std::filesystem::path(RADFORGE_GOLDEN_DIR) / "metrics" / "scaling.json");
  const nlohmann::json content = nlohmann::json::parse(file);
  std::vector<ScalingCase> cases;
  for (const nlohmann::json& entry : content.at("cases")) {
    cases.push_back({entry.at("sizes"), entry.at("values"), entry.at("rising"), entry.at("huber_delta"), entry.at("objective"),
                     entry.at("fitted")});
  }
  return cases;
}

/// `count` sizes from `first` to `last` in equal steps of their logarithm.
inline std::vector<double> log_space(double first, double last, int count) {
  std::vector<double> sizes;
  for (int i = 0; i < count; ++i) {
    sizes.push_back(first * std::pow(last / first, i / (count - 1.0)));
  }
  return sizes;
}

/// Each N with each D; losses by `law`, times 1 + noise * a standard normal that `id` keys.
struct ScalingDesign {
  std::vector<double> model_sizes = log_space(1e7, 1e10, 4);
  std::vector<double> data_sizes = log_space(1e8, 1e12, 4);
  double noise = 0;
  std::uint64_t id = 0;

  std::vector<ScalingPoint> measure(const ScalingLaw& law) const {
    std::vector<float> normals(model_sizes.size() * data_sizes.size());
    fill_normal({.seed = 99, .stream = Stream::noise, .id = id}, normals);
    std::vector<ScalingPoint> points;
    for (const double n : model_sizes) {
      for (const double d : data_sizes) {
        points.push_back({n, d, law.loss(n, d) * (1 + noise * double{normals[points.size()]})});
      }
    }
    return points;
  }
};

} // namespace radforge
