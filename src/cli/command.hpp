#pragma once

#include "radforge/comm/communicator.hpp"
#include "radforge/comm/node_place.hpp"
#include "radforge/core/log.hpp"
#include "radforge/io/verify.hpp"
#include "radforge/run/stop_request.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace radforge {

/// What the user typed behind the command's name.
struct CommandLine {
  std::string command;
  std::filesystem::path config; ///< configuration file, or the folder for commands that look at one
  std::string config_text;      ///< in place of a file: evaluate --predictions
  std::vector<std::string> overrides;
  VerifyDepth depth = VerifyDepth::files;
  std::optional<std::int64_t> resume_step; ///< train: the checkpoint to go on from
  bool allow_change = false;               ///< train: go on with another configuration
  std::int64_t profile_steps = 0;          ///< train: steps to trace; 0: none
  bool writes_sheet = false;               ///< inspect: a page of images
  bool shows_status = false;               ///< sweep: what became of its runs, and nothing else
  int array_task = 0;                      ///< sweep: part K of N of its runs, from 1; 0: all of them
  int num_array_tasks = 1;
  std::vector<std::filesystem::path> more_folders; ///< report: beside the first
  bool writes_json = false;                        ///< doctor, plan --cluster: in place of the table
  bool checks_parity = false;                      ///< doctor: the GPU against the CPU, and nothing else
  int ranks_per_node = 0;                          ///< doctor: expected; 0: whatever is alike
  double least_gb_s = 0;                           ///< doctor: expected of an all-reduce between two nodes; 0: nothing
  std::filesystem::path cluster;                   ///< plan: file of a cluster that the training is planned for
  std::filesystem::path measured;                  ///< plan: run whose rate is taken
  std::filesystem::path output;                    ///< never empty: runs/<config name> when the user named none
};

/// What a command works with.
struct CommandContext {
  const CommandLine& line;
  Communicator& world;
  const Log& log;
  StopRequest& stop;
  NodePlace node = {};        ///< among all ranks of the launcher, whichever of them `world` has
  bool shows_progress = true; ///< not of one run beside others
};

struct Command {
  const char* name;
  const char* argument; ///< "CONFIG.yaml", "FOLDER" or "SOURCE"; "": it takes none
  const char* help;
  const char* example; ///< a call that works with the repository's own files
  void (*run)(const CommandContext&);
};

/// One entry a subcommand, in the order of a user's work.
std::span<const Command> commands();

/// The command that runs configurations of this task. Errors: ConfigError (of a sweep).
const Command& command_of_task(const std::string& task);

void run_prepare(const CommandContext& context);
/// `task: latents` of prepare.
void run_prepare_latents(const CommandContext& context);
void run_train(const CommandContext& context);
void run_generate(const CommandContext& context);
void run_evaluate(const CommandContext& context);
void run_sweep(const CommandContext& context);
void run_report(const CommandContext& context);
void run_verify(const CommandContext& context);
void run_repair(const CommandContext& context);
void run_inspect(const CommandContext& context);
void run_plan(const CommandContext& context);
void run_import(const CommandContext& context);
void run_export(const CommandContext& context);
void run_config(const CommandContext& context);
void run_doctor(const CommandContext& context);

} // namespace radforge
