#include "radforge/train/checkpoint_store.hpp"

#include "checkpoint_manifest.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"
#include "radforge/core/temporary_folder.hpp"
#include "radforge/nn/state_dict.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <system_error>
#include <utility>

namespace radforge {

namespace fs = std::filesystem;

namespace {

using NamedBuffer = std::pair<const char*, at::Tensor*>;

std::array<NamedBuffer, 4> files_of(const TrainState& state) {
  return {NamedBuffer{"parameters.safetensors", &state.parameters}, NamedBuffer{"first_moment.safetensors", &state.first_moment},
          NamedBuffer{"second_moment.safetensors", &state.second_moment}, NamedBuffer{"average.safetensors", &state.average}};
}

constexpr std::string_view temporary_mark = ".tmp-";

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

// N of "step-N"; nothing for any other name, a temporary one included.
std::optional<std::int64_t> step_of(const fs::path& folder) {
  const std::string name = folder.filename().string();
  constexpr std::string_view prefix = "step-";
  return name.starts_with(prefix) ? number_of(std::string_view(name).substr(prefix.size())) : std::nullopt;
}

// E of "step-N.tmp-E".
std::optional<std::int64_t> epoch_of_temporary(const fs::path& folder) {
  const std::string name = folder.filename().string();
  const std::size_t mark = name.rfind(temporary_mark);
  return mark == std::string::npos ? std::nullopt : number_of(std::string_view(name).substr(mark + temporary_mark.size()));
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
  try {
    fs::create_directories(folder_);
    remove_left_sets();
    write(target, step, state);
  } catch (const fs::filesystem_error& error) {
    throw IoError("the checkpoint of step {} was not written ({}). Earlier ones are untouched", step, error.what());
  }
  try {
    prune(step);
  } catch (const fs::filesystem_error& error) {
    throw IoError("an old checkpoint cannot be removed ({}). That of step {} is written; remove the others by hand", error.what(),
                  step);
  }
}

void CheckpointStore::write(const fs::path& target, std::int64_t step, const TrainState& state) const {
  const TemporaryFolder temporary(fmt::format("{}{}{}", target.string(), temporary_mark, options_.epoch));
  CheckpointManifest manifest{step, options_.config_digest, {}};
  for (const auto& [name, flat] : files_of(state)) {
    write_state_dict(temporary.path() / name, state.layout.views(*flat));
    manifest.add_file(temporary.path() / name);
  }
  manifest.write(temporary.path());
  options_.before_publish();
  fs::remove_all(target); // a broken set of the same step
  publish_folder(temporary.path(), target);
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
    } catch (const fs::filesystem_error& error) {
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

void CheckpointStore::remove_left_sets() const {
  for (const auto& entry : fs::directory_iterator(folder_)) {
    const auto epoch = epoch_of_temporary(entry.path());
    if (epoch && *epoch <= options_.epoch) { // a higher one is a newer owner's
      fs::remove_all(entry.path());
    }
  }
}

void CheckpointStore::prune(std::int64_t saved_step) const {
  std::int64_t kept = 0;
  for (const std::int64_t step : steps_in(folder_)) {
    if (step > saved_step || ++kept > options_.keep) {
      fs::remove_all(folder_ / fmt::format("step-{}", step));
    }
  }
}

} // namespace radforge
