#include "radforge/train/checkpoint_store.hpp"

#include "checkpoint_manifest.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"
#include "radforge/nn/state_dict.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace radforge {

namespace fs = std::filesystem;

namespace {

using NamedBuffer = std::pair<const char*, at::Tensor*>;

std::array<NamedBuffer, 4> files_of(const TrainState& state) {
  return {NamedBuffer{"parameters.safetensors", &state.parameters}, NamedBuffer{"first_moment.safetensors", &state.first_moment},
          NamedBuffer{"second_moment.safetensors", &state.second_moment}, NamedBuffer{"average.safetensors", &state.average}};
}

// N of "step-N"; nothing for any other name, a temporary one included.
std::optional<std::int64_t> step_of(const fs::path& folder) {
  const std::string name = folder.filename().string();
  constexpr std::string_view prefix = "step-";
  if (!name.starts_with(prefix)) {
    return std::nullopt;
  }
  std::int64_t step = 0;
  const auto [end, error] = std::from_chars(name.data() + prefix.size(), name.data() + name.size(), step);
  return error == std::errc() && end == name.data() + name.size() ? std::optional(step) : std::nullopt;
}

// Steps of the sets in `folder`, newest first.
std::vector<std::int64_t> steps_in(const fs::path& folder) {
  std::vector<std::int64_t> steps;
  if (fs::is_directory(folder)) {
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (const auto step = step_of(entry.path()); step && entry.is_directory()) {
        steps.push_back(*step);
      }
    }
  }
  std::sort(steps.rbegin(), steps.rend());
  return steps;
}

} // namespace

CheckpointStore::CheckpointStore(fs::path folder, Options options) : folder_(std::move(folder)), options_(std::move(options)) {}

void CheckpointStore::save(std::int64_t step, const TrainState& state) {
  const fs::path target = folder_ / fmt::format("step-{}", step);
  const fs::path temporary = folder_ / fmt::format("step-{}.tmp-{}", step, options_.epoch);
  try {
    fs::create_directories(folder_);
    fs::remove_all(temporary);
    fs::create_directory(temporary);
    CheckpointManifest manifest{step, options_.config_digest, {}};
    for (const auto& [name, flat] : files_of(state)) {
      write_state_dict(temporary / name, state.layout.views(*flat));
      manifest.add_file(temporary / name);
    }
    manifest.write(temporary);
    fs::remove_all(target); // a broken set of the same step, or a discarded future
    publish_folder(temporary, target);
    prune();
  } catch (const fs::filesystem_error& error) {
    throw IoError("checkpoint of step {} was not written ({}). Earlier ones are untouched", step, error.what());
  }
}

CheckpointStore::Search CheckpointStore::search() const {
  Search search;
  for (const std::int64_t step : steps_in(folder_)) {
    const fs::path folder = folder_ / fmt::format("step-{}", step);
    try {
      const CheckpointManifest manifest = CheckpointManifest::read(folder);
      manifest.check_files(folder);
      search.newest = Found{step, folder, manifest.config_digest};
      break;
    } catch (const Error& error) {
      search.problems.emplace_back(error.what());
    }
  }
  return search;
}

CheckpointStore::Found CheckpointStore::at(std::int64_t step) const {
  const fs::path folder = folder_ / fmt::format("step-{}", step);
  return {step, folder, CheckpointManifest::read(folder).config_digest};
}

void CheckpointStore::load(const Found& found, const TrainState& state) const {
  if (found.config_digest != options_.config_digest) {
    throw ConfigError(
        "{} was made with another configuration. Use the configuration in config.yaml of that run, or another --output",
        found.folder.string());
  }
  for (const auto& [name, flat] : files_of(state)) {
    state.layout.load(*flat, read_state_dict(found.folder / name));
  }
}

void CheckpointStore::prune() const {
  const std::vector<std::int64_t> steps = steps_in(folder_);
  for (std::size_t i = static_cast<std::size_t>(options_.keep); i < steps.size(); ++i) {
    fs::remove_all(folder_ / fmt::format("step-{}", steps[i]));
  }
  for (const auto& entry : fs::directory_iterator(folder_)) {
    if (entry.path().filename().string().find(".tmp-") != std::string::npos) {
      fs::remove_all(entry.path());
    }
  }
}

} // namespace radforge
