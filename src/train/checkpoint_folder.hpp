#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace radforge {

/// Names in the folder of a run's checkpoints: `step-N` is a set, `step-N.tmp-<epoch>` one being written or removed by the owner
/// of that epoch, `latest` a text with the name of the newest set, for people.

std::filesystem::path set_of_step(const std::filesystem::path& folder, std::int64_t step);
std::filesystem::path temporary_of_step(const std::filesystem::path& folder, std::int64_t step, std::int64_t epoch);

/// N of "step-N"; nothing for any other name, a temporary one included.
std::optional<std::int64_t> step_of_set(const std::filesystem::path& set);

/// Steps of the sets in `folder`, newest first; none if it does not exist. Errors: IoError.
std::vector<std::int64_t> steps_of_sets(const std::filesystem::path& folder);

/// What owners up to `epoch` left half written or half removed; what a higher epoch, a newer owner, is at is not ours to touch.
std::vector<std::filesystem::path> left_by_owners(const std::filesystem::path& folder, std::int64_t epoch);

/// The folder has a whole manifest of `step`, and its files are there in the right sizes; their bytes are not read. Errors:
/// DataError that names what is missing or wrong, IoError.
void check_sizes(const std::filesystem::path& set, std::int64_t step);
/// The same without a reason.
bool looks_whole(const std::filesystem::path& set, std::int64_t step);

} // namespace radforge
