#include "run_session.hpp"

#include "evaluation_files.hpp"
#include "image_quality_files.hpp"
#include "scaling_files.hpp"
#include "text_difference.hpp"

#include "radforge/comm/agreement.hpp"
#include "radforge/comm/device_communicator.hpp"
#include "radforge/config/changes.hpp"
#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"
#include "radforge/core/hash.hpp"
#include "radforge/core/process_identity.hpp"
#include "radforge/nn/device.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>
#include <utility>

namespace radforge {

namespace fs = std::filesystem;

namespace {

// A training run answers for its checkpoints itself: here is what it cannot see in them.
bool may_go_on(const CommandLine& line, const std::string& theirs, const std::string& ours) {
  return line.command == "train" && !theirs.empty() &&
         (line.allow_change || changes_of_kind(config_changes(theirs, ours), ChangeKind::meaning).empty());
}

void require_same_config(const CommandLine& line, const std::string& resolved) {
  const fs::path& folder = line.output;
  const fs::path path = folder / "config.yaml";
  const std::string theirs = fs::exists(path) ? read_file(path) : std::string();
  if (theirs != resolved && has_results(folder) && !may_go_on(line, theirs, resolved)) {
    if (line.command == "train" && !theirs.empty()) {
      throw ConfigError("{} holds results of another configuration:\n{}\nName another --output, or go on with these changes by "
                        "--allow-change",
                        folder.string(), changes_text(config_changes(theirs, resolved)));
    }
    throw ConfigError("{} holds results of another configuration ({}). Name another --output, or remove the folder",
                      folder.string(), theirs.empty() ? "it has no config.yaml" : first_difference(theirs, resolved));
  }
}

/// Whether the run that has the folder makes the same. It may have begun just now and not have said so yet.
bool is_run_of_same_config(const fs::path& folder, const std::string& resolved, Communicator& world) {
  constexpr int patience = 50;
  bool same = false;
  agree(world, [&] {
    const fs::path path = folder / "config.yaml";
    for (int i = 0; world.rank() == 0 && !same && i < patience; ++i) {
      same = fs::exists(path) && read_file(path) == resolved;
      if (!same) {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
      }
    }
  });
  return all_max(world, same ? 1 : 0) > 0;
}

} // namespace

bool has_results(const fs::path& folder) {
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name == "checkpoints" || name == "pipeline" || name == image_quality_file || name == evaluation_file ||
        name == scaling_file || (name.starts_with("shard-") && name.ends_with(".h5"))) {
      return true;
    }
  }
  return false;
}

RunSession::RunSession(const CommandContext& command, const Describe& description, Joining joining) : context(command) {
  const CommandLine& line = context.line;
  agree(context.world, [&] {
    line.config_text.empty() ? load_config(line.config, line.overrides, description)
                             : parse_config(line.config_text, "command line", line.overrides, description);
  });
  config_ = dump_config(description);
  require_equal(context.world, config_, "configuration");
  config_digest_ = digest(config_);

  try {
    dir_.emplace(line.output, context.world, context.log, RunDirOptions{.stop = &context.stop});
  } catch (const OwnedError& error) {
    if (joining == Joining::refused || !is_run_of_same_config(line.output, config_, context.world)) {
      throw;
    }
    context.log.info("{}: this run joins it", error.what());
    return;
  }
  agree(context.world, [&] { require_same_config(line, config_); });
  dir_->write_config(config_);
  record_.emplace(*dir_, context.world,
                  RunInfo{fmt::format("radforge {} {}", line.command, line.config.string()), config_digest_,
                          at::get_num_threads(), build_info()});
  agree(context.world, [&] {
    metrics_.emplace(line.output, context.world.rank());
    if (context.world.rank() == 0) {
      context.stop.watch_file(line.output / "stop");
    }
  });
}

void RunSession::run(const std::function<void()>& work) {
  try {
    work();
  } catch (...) {
    record_failure(current_failure());
    throw;
  }
  if (record_) {
    record_->finish(ExitCode::ok, "done");
  }
}

void RunSession::check_ownership() const {
  if (dir_) {
    dir_->check_ownership();
  }
}

void RunSession::watch(const WatchdogConfig& config) {
  collective_deadline_s_ = config.collective_s;
  const PhaseDeadlines deadlines{config.startup_s, config.data_s, config.compute_s, config.collective_s, config.save_s};
  watchdog_.emplace(context.world, context.log, WatchdogOptions{.deadlines = deadlines, .folder = dir_->path()});
  watched_.emplace(context.world, *watchdog_);
}

void RunSession::use(const ComputeConfig& config) {
  constexpr std::array wishes{std::pair{"auto", DeviceWish::automatic}, std::pair{"cpu", DeviceWish::cpu},
                              std::pair{"cuda", DeviceWish::cuda}};
  const auto wish = std::ranges::find(wishes, config.device, [](const auto& pair) { return std::string(pair.first); })->second;
  const bool by_mpi = config.collectives == "mpi";
  RankDevices mine{.node = host_name(), .node_rank = context.node.rank, .node_size = context.node.size};
  if (wish != DeviceWish::cpu) {
    mine.cuda = find_cuda_devices();
  }
  device_ = choose_device(mine, wish, by_mpi ? DeviceSharing::allowed : DeviceSharing::refused, context.world, context.log);
  if (!device_.is_cuda()) {
    return;
  }
  set_cuda_numerics(config.deterministic ? Repeatability::same_bits : Repeatability::as_is);
  if (context.world.size() > 1) {
    const CurrentStream stream = [device = device_] { return current_stream(device); };
    data_ = by_mpi ? make_staged_communicator(context.world, stream)
                   : make_nccl_communicator(
                         context.world,
                         {.device = device_.index(), .current_stream = stream, .collective_deadline_s = collective_deadline_s_});
    if (watchdog_) {
      watched_data_.emplace(*data_, *watchdog_);
    }
  }
}

RunContext RunSession::run_context() {
  if (!watched_) {
    Communicator& data = data_ ? *data_ : context.world;
    return {context.log, context.world, data, *dir_, *metrics_, context.stop, nullptr, context.shows_progress};
  }
  Communicator& data = watched_data_ ? *watched_data_ : *watched_;
  return {context.log, *watched_, data, *dir_, *metrics_, context.stop, &*watchdog_, context.shows_progress};
}

void RunSession::record_failure(const Failure& failure) const {
  if (!record_) {
    return;
  }
  try {
    record_->finish(failure.code, failure.text);
  } catch (const std::exception& second) { // of the two, the first is what went wrong
    context.log.local(LogLevel::warning, second.what());
  }
}

} // namespace radforge
