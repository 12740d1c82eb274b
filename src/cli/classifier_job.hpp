#pragma once

#include "run_session.hpp"

#include "radforge/config/classifier_run_config.hpp"
#include "radforge/data/mixture.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace radforge {

/// Whether a data set is in a list such as allow_patient_overlap, by its path or its folder's name.
bool is_listed(const std::vector<std::string>& datasets, const std::filesystem::path& dataset);

/// Refuses a training after which validation or test patients would have been seen: by the model, by what it starts from, or by
/// what its synthetic images come from. Patients that `config` allows are told in a warning. Errors: DataError, IoError.
void check_patient_overlap(const ClassifierRunConfig& config, const Mixture& data, const Log& log);

/// Writes predictions.h5 beside the model, unless it is there. Collective. Errors: DataError, IoError, OwnedError.
void write_predictions_of_run(const ClassifierRunConfig& config, const Mixture& data, RunSession& session);

} // namespace radforge
