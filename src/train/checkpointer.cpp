#include "radforge/train/checkpointer.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"
#include "radforge/nn/share.hpp"

#include "checkpoint_file.hpp"
#include "checkpoint_folder.hpp"
#include "checkpoint_manifest.hpp"
#include "checkpoint_names.hpp"

#include <ATen/ops/empty.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>
#include <set>
#include <system_error>
#include <utility>

namespace radforge {

namespace fs = std::filesystem;

namespace {

std::span<const std::byte> bytes_of(const at::Tensor& tensor) {
  return {static_cast<const std::byte*>(tensor.const_data_ptr()), static_cast<std::size_t>(tensor.numel()) * sizeof(float)};
}

// The part `share` of a flat buffer of which `flat` holds `range`.
at::Tensor part_of(const at::Tensor& flat, const FlatRange& range, const FlatRange& share) {
  require(overlap(range, share) == share || share.count == 0, "a rank holds the share that it saves");
  return flat.narrow(0, share.count == 0 ? 0 : share.first - range.first, share.count);
}

void write_text(FileSystem& system, const fs::path& path, std::string_view text) {
  FileSystem::File file = system.create(path);
  file.write(text);
  file.sync();
  file.close();
}

// What a rank tells rank 0 of its files, beside them.
fs::path note_of(const fs::path& set, const std::string& share_name) { return set / (share_name + ".json"); }

} // namespace

Checkpointer::Checkpointer(fs::path folder, CheckpointerOptions options, ParameterSet& layout, FileSystem& system)
    : folder_(std::move(folder)), options_(std::move(options)), system_(system), entries_(layout.entries()),
      num_elements_(layout.flat().numel()), share_(share_of(num_elements_, options_.rank, options_.num_ranks)),
      staged_(at::empty({static_cast<std::int64_t>(share_tensor_names.size()), share_.count},
                        at::TensorOptions(at::kFloat).pinned_memory(layout.device().is_cuda()))) {
  require(options_.keep >= 2, "at least two checkpoint sets are kept");
}

Checkpointer::~Checkpointer() { cancel(); }

std::string Checkpointer::share_name(int rank) const {
  return fmt::format("share-{}-of-{}.safetensors", rank, options_.num_ranks);
}

void Checkpointer::begin(std::int64_t step, const TrainState& state) {
  step_ = step;
  std::error_code ignored;
  if (!fs::exists(folder_, ignored)) {
    system_.make_folder(folder_);
    system_.sync_folder(folder_.parent_path());
  }
  for (const fs::path& left : left_by_owners(folder_, options_.epoch)) {
    if (fs::is_directory(fs::symlink_status(left, ignored))) {
      system_.remove_folder(left);
    } else {
      system_.remove_file(left);
    }
  }
  constexpr std::uint64_t headers = std::uint64_t{64} << 10;
  const auto num_ranks = static_cast<std::uint64_t>(options_.num_ranks);
  std::uint64_t bytes = share_tensor_names.size() * static_cast<std::uint64_t>(num_elements_) * sizeof(float) +
                        state.interval_means.size() * sizeof(double) + headers + options_.origin.config.size() +
                        entries_.size() * 200;
  bytes += state.buffers.defined() ? state.buffers.nbytes() : 0;
  const std::uint64_t files = 2 * num_ranks + 4; // with the notes, the manifest, the folder and the hint
  const FreeRoom room = system_.free_room(folder_);
  if (room.bytes < bytes || room.files < files) {
    throw IoError(
        "no room for the checkpoint of step {} in '{}' (it takes {} bytes in {} files; {} bytes and {} files are free). "
        "Free space, or lower checkpoint.keep",
        step, folder_.string(), bytes, files, room.bytes, room.files);
  }
  system_.make_folder(temporary_of_step(folder_, step, options_.epoch));
}

void Checkpointer::write(std::int64_t step, const TrainState& state) {
  step_ = step;
  cancelled_ = false;
  staged_[0].copy_(part_of(state.parameters, {0, num_elements_}, share_));
  staged_[1].copy_(part_of(state.first_moment, state.range, share_));
  staged_[2].copy_(part_of(state.second_moment, state.range, share_));
  staged_[3].copy_(part_of(state.average, state.range, share_));
  if (options_.rank == 0) {
    staged_means_.assign(state.interval_means.begin(), state.interval_means.end());
    staged_buffers_ = state.buffers.defined() ? state.buffers.to(at::kCPU, /*non_blocking=*/false, /*copy=*/true) : at::Tensor();
  }
  task_.start([this] { write_files(); });
}

void Checkpointer::write_files() {
  const LoggedSpan span(options_.spans, "save", "write a share of a checkpoint", {{"step", step_}});
  const fs::path set = temporary_of_step(folder_, step_, options_.epoch);
  const std::map<std::string, std::string> metadata{{"step", std::to_string(step_)}};
  nlohmann::json note{{"files", nlohmann::json::object()}};
  const auto write_one = [&](const std::string& name, std::span<const TensorView> tensors) {
    const CheckpointManifest::File file = write_checkpoint_file(system_, set / name, tensors, metadata, cancelled_);
    note["files"][name] = {{"bytes", file.bytes}, {"xxh3_128", file.digest}};
  };
  std::vector<TensorView> tensors;
  for (std::size_t i = 0; i < share_tensor_names.size(); ++i) {
    tensors.push_back({share_tensor_names[i], TensorType::f32, {share_.count}, bytes_of(staged_[static_cast<std::int64_t>(i)])});
  }
  const std::string name = share_name(options_.rank);
  write_one(name, tensors);
  if (options_.rank == 0) {
    tensors = {{means_name,
                TensorType::f64,
                {static_cast<std::int64_t>(staged_means_.size())},
                std::as_bytes(std::span(std::as_const(staged_means_)))}};
    if (staged_buffers_.defined()) {
      tensors.push_back({buffers_name, TensorType::f32, {staged_buffers_.numel()}, bytes_of(staged_buffers_)});
    }
    write_one(state_file_name, tensors);
  }
  if (!cancelled_) {
    write_text(system_, note_of(set, name), note.dump());
  }
}

void Checkpointer::publish(std::vector<std::int64_t> milestones) {
  require(options_.rank == 0, "rank 0 publishes");
  milestones_ = std::move(milestones);
  task_.start([this] { publish_set(); });
}

void Checkpointer::publish_set() {
  const LoggedSpan span(options_.spans, "save", "publish a checkpoint", {{"step", step_}});
  const fs::path temporary = temporary_of_step(folder_, step_, options_.epoch);
  const fs::path target = set_of_step(folder_, step_);
  options_.before_manifest();

  CheckpointManifest manifest{.step = step_,
                              .epoch = options_.epoch,
                              .num_ranks = options_.num_ranks,
                              .origin = options_.origin,
                              .num_elements = num_elements_,
                              .state_file = state_file_name};
  for (const ParameterSet::Entry& entry : entries_) {
    manifest.tensors.push_back({entry.name, entry.offset, entry.shape});
  }
  for (int rank = 0; rank < options_.num_ranks; ++rank) {
    const std::string name = share_name(rank);
    manifest.shares.push_back({name, share_of(num_elements_, rank, options_.num_ranks)});
    const fs::path note = note_of(temporary, name);
    try {
      const nlohmann::json files = nlohmann::json::parse(read_file(note)).at("files");
      for (const auto& [file, entry] : files.items()) {
        manifest.files[file] = {entry.at("bytes").get<std::uintmax_t>(), entry.at("xxh3_128").get<std::string>()};
      }
    } catch (const nlohmann::json::exception& error) {
      throw IoError("'{}' cannot be read ({}). Check the file system: another rank has just written it", note.string(),
                    error.what());
    }
    system_.remove_file(note);
  }
  write_text(system_, temporary / CheckpointManifest::file_name, manifest.text());
  system_.sync_folder(temporary);
  try {
    check_sizes(temporary, step_);
  } catch (const DataError& error) {
    throw IoError("{}. It has just been written: check the file system", error.what());
  }

  options_.before_rename();
  std::error_code ignored;
  if (fs::exists(target, ignored)) {
    system_.exchange(temporary, target); // a broken set of this step, or one of a discarded future
  } else {
    system_.rename(temporary, target);
  }

  // From here on the set is there, whatever happens.
  try {
    system_.sync_folder(folder_);
    system_.remove_folder(temporary); // what had this step's name before
    prune();
    write_hint();
  } catch (const IoError& error) {
    problems_.emplace_back(error.what());
  }
}

void Checkpointer::discard() {
  require(task_.is_over(), "nothing is being written");
  system_.remove_folder(temporary_of_step(folder_, step_, options_.epoch));
}

void Checkpointer::prune() {
  std::int64_t num_whole = 0;
  std::set<std::int64_t> passed; // milestones, of the sets that stay
  for (const std::int64_t step : steps_of_sets(folder_)) {
    const fs::path set = set_of_step(folder_, step);
    if (step <= step_ && num_whole < options_.keep) {
      num_whole += looks_whole(set, step) ? 1 : 0; // one that is not takes no good one's place
      if (const auto after = std::ranges::upper_bound(milestones_, step); after != milestones_.begin()) {
        passed.insert(*std::prev(after));
      }
      continue;
    }
    if (passed.contains(step)) {
      continue;
    }
    // Out of sight at once: a set that is half removed is none.
    const fs::path doomed = temporary_of_step(folder_, step, options_.epoch);
    system_.rename(set, doomed);
    system_.remove_folder(doomed);
  }
}

void Checkpointer::write_hint() {
  const fs::path hint = folder_ / "latest";
  const fs::path temporary = folder_ / fmt::format("latest.tmp-{}", options_.epoch);
  try {
    write_text(system_, temporary, set_of_step(folder_, step_).filename().string() + "\n");
    system_.rename(temporary, hint);
  } catch (const IoError&) {
    try {
      system_.remove_file(temporary); // there may be no later save to do it
    } catch (const IoError&) {        // the first one counts
    }
    throw;
  }
}

std::vector<std::string> Checkpointer::take_problems() { return std::exchange(problems_, {}); }

} // namespace radforge
