#include "radforge/metrics/probability_calibration.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <vector>

using namespace radforge;

TEST_CASE("probabilities are calibrated as by scikit-learn") {
  std::ifstream file(std::filesystem::path(RADFORGE_GOLDEN_DIR) / "metrics" / "calibration.json");
  const nlohmann::json content = nlohmann::json::parse(file);
  REQUIRE(content["cases"].size() == 9);
  for (const auto& entry : content["cases"]) {
    const std::vector<double> probabilities = entry["probabilities"];
    const std::vector<std::uint8_t> positive = entry["positive"];
    const LogitMap platt = *fit_calibration(CalibrationMethod::platt, probabilities, positive);
    const LogitMap temperature = *fit_calibration(CalibrationMethod::temperature, probabilities, positive);
    CHECK(temperature.intercept == 0);
    for (std::size_t i = 0; i < 20; ++i) {
      CHECK(platt(probabilities[i]) == Approx(entry["platt"][i].get<double>()).margin(2e-5)); // theirs stops at a gradient
      CHECK(temperature(probabilities[i]) == Approx(entry["temperature"][i].get<double>()).margin(1e-6));
    }
  }
}

TEST_CASE("certain probabilities have a place, and what has no maximum is not calibrated") {
  const std::vector<double> probabilities{0, 1, 0.5, 0.5};
  const std::vector<std::uint8_t> positive{0, 1, 1, 0};
  const LogitMap platt = *fit_calibration(CalibrationMethod::platt, probabilities, positive);
  CHECK(platt(1) < 1);
  CHECK(platt(0) > 0);
  CHECK(platt(0.5) == Approx(0.5));
  CHECK_FALSE(
      fit_calibration(CalibrationMethod::temperature, std::vector{0.2, 0.8}, std::vector<std::uint8_t>{0, 1}).has_value());
  CHECK_FALSE(fit_calibration(CalibrationMethod::platt, std::vector{0.2, 0.8}, std::vector<std::uint8_t>{1, 1}).has_value());
  CHECK(LogitMap{}(0.3) == Approx(0.3));
}
