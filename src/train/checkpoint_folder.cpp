#include "checkpoint_folder.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"
#include "radforge/core/file_descriptor.hpp"

#include "checkpoint_manifest.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>
#include <system_error>

namespace radforge {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view set_prefix = "step-";
constexpr std::string_view temporary_mark = ".tmp-";

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

// E of "<name>.tmp-E", also with something behind it.
std::optional<std::int64_t> epoch_of_temporary(std::string_view name) {
  const std::size_t mark = name.rfind(temporary_mark);
  if (mark == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view rest = name.substr(mark + temporary_mark.size());
  return number_of(rest.substr(0, rest.find_first_not_of("0123456789")));
}

std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code problem;
  fs::directory_iterator entry(folder, problem);
  for (; !problem && entry != fs::directory_iterator(); entry.increment(problem)) {
    entries.push_back(entry->path());
  }
  if (problem && problem != std::errc::no_such_file_or_directory) {
    throw_io_error("list", folder, problem.value());
  }
  std::sort(entries.begin(), entries.end());
  return entries;
}

} // namespace

fs::path set_of_step(const fs::path& folder, std::int64_t step) { return folder / fmt::format("{}{}", set_prefix, step); }

fs::path temporary_of_step(const fs::path& folder, std::int64_t step, std::int64_t epoch) {
  return folder / fmt::format("{}{}{}{}", set_prefix, step, temporary_mark, epoch);
}

std::optional<std::int64_t> step_of_set(const fs::path& set) {
  const std::string name = set.filename().string();
  return name.starts_with(set_prefix) ? number_of(std::string_view(name).substr(set_prefix.size())) : std::nullopt;
}

std::vector<std::int64_t> steps_of_sets(const fs::path& folder) {
  std::vector<std::int64_t> steps;
  for (const fs::path& entry : entries_of(folder)) {
    std::error_code ignored;
    if (const auto step = step_of_set(entry); step && fs::is_directory(entry, ignored)) {
      steps.push_back(*step);
    }
  }
  std::sort(steps.rbegin(), steps.rend());
  return steps;
}

std::vector<fs::path> left_by_owners(const fs::path& folder, std::int64_t epoch) {
  std::vector<fs::path> left;
  for (const fs::path& entry : entries_of(folder)) {
    const auto theirs = epoch_of_temporary(entry.filename().string());
    if (theirs && *theirs <= epoch) {
      left.push_back(entry);
    }
  }
  return left;
}

void check_sizes(const fs::path& set, std::int64_t step) {
  const fs::path path = set / CheckpointManifest::file_name;
  for (const auto& [name, file] : CheckpointManifest::parse(read_file(path), path, step).files) {
    std::error_code problem;
    if (!fs::is_regular_file(set / name, problem)) {
      throw DataError("{} is missing (the manifest lists it)", (set / name).string());
    }
    if (fs::file_size(set / name, problem) != file.bytes) {
      throw DataError("{} is damaged (its size differs from the manifest's)", (set / name).string());
    }
  }
}

bool looks_whole(const fs::path& set, std::int64_t step) {
  try {
    check_sizes(set, step);
    return true;
  } catch (const Error&) {
    return false;
  }
}

} // namespace radforge
