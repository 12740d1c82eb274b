#pragma once

#include "radforge/evaluate/classification.hpp"

#include <filesystem>
#include <string>

namespace radforge {

/// The result's name in a run's folder, written last.
inline constexpr const char* evaluation_file = "evaluation.json";

/// metrics.csv, comparisons.csv, thresholds.csv and evaluation.json (docs/evaluation.md). Errors: IoError.
void write_evaluation(const std::filesystem::path& folder, const std::string& config_digest, const std::string& inputs,
                      const EvaluationConfig& config, const ClassificationResult& result);

/// A short table for people: of each model and site the AUROC of each label, and the averages.
std::string evaluation_text(const ClassificationResult& result);

} // namespace radforge
