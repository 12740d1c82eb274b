#pragma once

#include "command.hpp"

#include "radforge/comm/watched_communicator.hpp"
#include "radforge/config/compute_config.hpp"
#include "radforge/config/load.hpp"
#include "radforge/config/train_config.hpp"
#include "radforge/core/failure.hpp"
#include "radforge/run/metric_log.hpp"
#include "radforge/run/run_context.hpp"
#include "radforge/run/run_dir.hpp"
#include "radforge/run/run_record.hpp"

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace radforge {

/// Whether a run left something in the folder that another configuration, or other inputs, must not touch.
bool has_results(const std::filesystem::path& folder);

/// Whether a run may work in a folder that a run of the same configuration has: beside it, on what can be claimed.
enum class Joining { refused, allowed };

/// What every command with an output folder begins with and ends with: the configuration read and agreed, the folder owned,
/// `config.yaml` and `run.json` written, its stop file watched. Collective.
class RunSession {
 public:
  /// Reads the configuration through `description`. Errors: ConfigError (also when the folder holds a run of another
  /// configuration; a training run may change in what its numbers do not depend on, and in all with --allow-change), OwnedError
  /// (another run has the folder; where joining is allowed, one of another configuration), IoError.
  RunSession(const CommandContext& context, const Describe& description, Joining joining = Joining::refused);
  ~RunSession() { context.stop.forget_file(); }
  RunSession(const RunSession&) = delete;
  RunSession& operator=(const RunSession&) = delete;

  /// Runs the command's work and records in `run.json` how it ended; passes on what it throws.
  void run(const std::function<void()>& work);

  /// The folder is another run's, which this one helps: it writes nothing of its own there but what it claims.
  bool joins() const { return !dir_; }
  /// Not of a session that joins.
  const RunDir& dir() const { return *dir_; }
  /// Throws OwnedError if the folder was this session's and is no longer.
  void check_ownership() const;
  const StopRequest& stop() const { return context.stop; }
  /// Of the resolved configuration.
  const std::string& config_digest() const { return config_digest_; }
  /// As YAML.
  const std::string& config() const { return config_; }
  /// From here on a run that hangs is ended. Collective. Errors: IoError.
  void watch(const WatchdogConfig& config);
  /// From here on device() is what the configuration asks for, and large reductions travel between devices. After watch(), if
  /// that is called. Collective. Errors: CommunicationError, ConfigError.
  void use(const ComputeConfig& config);
  /// The CPU unless use() has found another.
  at::Device device() const { return device_; }
  RunContext run_context();

  const CommandContext& context;

 private:
  void record_failure(const Failure& failure) const;

  std::string config_;
  std::string config_digest_;
  std::optional<RunDir> dir_;
  std::optional<RunRecord> record_;
  std::optional<MetricLog> metrics_;
  std::optional<Watchdog> watchdog_;
  std::optional<WatchedCommunicator> watched_;
  double collective_deadline_s_ = 0; ///< 0: none
  at::Device device_ = at::kCPU;
  std::unique_ptr<Communicator> data_; ///< null: device memory does not travel
  std::optional<WatchedCommunicator> watched_data_;
};

} // namespace radforge
