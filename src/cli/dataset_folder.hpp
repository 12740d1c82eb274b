#pragma once

#include "run_session.hpp"

#include "radforge/io/dataset_index.hpp"

#include <filesystem>
#include <string>

namespace radforge {

/// Whether the folder holds a finished data set of this configuration whose digests all hold.
bool is_complete(const std::filesystem::path& folder, const std::string& config_digest);

/// Writes the index, the commit mark of a data set, after removing shards that it does not list and parts that a killed run left.
/// Collective.
void publish_index(const DatasetIndex& index, const RunSession& session);

} // namespace radforge
