#pragma once

#include "run_session.hpp"

#include "radforge/io/dataset_index.hpp"
#include "radforge/io/verify.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace radforge {

/// `verify_dataset` with the shards shared among the ranks; every rank gets the whole report, that of the text states below
/// included. Collective. Errors: as DatasetIndex::load.
VerifyReport verify_in_parallel(const std::filesystem::path& folder, VerifyDepth depth, Communicator& world);

/// Whether the session's folder holds a finished data set of its configuration whose digests all hold. Collective.
bool is_complete(const RunSession& session);

/// Writes the index, the commit mark of a data set, into `folder` (the session's, or one in it), after removing shards that it
/// does not list and parts that a killed run left. Collective; rank 0 fills in what DatasetIndex::save does. The
/// patients that trained `models`, which made the rows, are listed beside it.
void publish_index(DatasetIndex& index, const RunSession& session, const std::filesystem::path& folder,
                   const std::vector<std::string>& models = {});

} // namespace radforge
