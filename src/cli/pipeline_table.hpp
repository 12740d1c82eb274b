#pragma once

#include "radforge/models/pipeline.hpp"

#include <string>

namespace radforge {

/// A line a part: its model, parameters, tensors, and how many bytes they take in their types; `weights` empty: in fp32.
std::string pipeline_table_head();
std::string pipeline_table_row(const std::string& part, const std::string& model, const ParameterSet& parameters,
                               const std::string& prefix = "", const StateDict& weights = {});

/// The whole table of a pipeline.
std::string pipeline_table(const Pipeline& models, const PipelineContent& content);

} // namespace radforge
