#pragma once

#include "shard_job.hpp"

#include "radforge/config/generate_config.hpp"
#include "radforge/generate/block_maker.hpp"
#include "radforge/generate/generation_plan.hpp"
#include "radforge/generate/generator.hpp"
#include "radforge/quality/demographic_check.hpp"

#include <memory>
#include <optional>

namespace radforge {

/// Planned images to be generated into shards.
class GenerateJob {
 public:
  /// Plans, and reads the pipeline and the networks that check its images on every rank. Collective. `config` outlives the
  /// object. Errors: ConfigError, DataError, IoError.
  GenerateJob(const GenerateConfig& config, Communicator& world, at::Device device);
  GenerateJob(const GenerateJob&) = delete;
  GenerateJob& operator=(const GenerateJob&) = delete;

  /// Outlived by this object.
  ShardJob shards();
  /// Images that this rank has made, and seconds that it spent in networks.
  std::int64_t num_made() const { return num_made_; }
  double network_s() const { return network_s_; }
  std::string recording_problem() const { return generator_->recording_problem(); }
  bool checks() const { return check_ != nullptr; }
  const GenerationPlan& plan() const { return *plan_; }

 private:
  std::int64_t num_rows_of(std::int64_t shard) const;
  std::optional<ShardSummary> find(std::int64_t shard, const std::filesystem::path& folder) const;
  ShardSummary make(std::int64_t shard, const std::filesystem::path& folder);

  const GenerateConfig& config_;
  at::Device device_;
  std::unique_ptr<const GenerationPlan> plan_;
  std::unique_ptr<const Generator> generator_;
  std::unique_ptr<const DemographicCheck> check_; ///< or none
  std::unique_ptr<const BlockMaker> maker_;
  std::string inputs_;
  DatasetSchema schema_;
  std::int64_t num_made_ = 0;
  double network_s_ = 0;
};

} // namespace radforge
