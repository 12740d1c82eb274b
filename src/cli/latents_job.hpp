#pragma once

#include "shard_job.hpp"

#include "radforge/config/prepare_config.hpp"
#include "radforge/tasks/latent_rows.hpp"
#include "radforge/tasks/text_state_rows.hpp"

#include <memory>
#include <string>

namespace radforge {

/// Images, and if wanted prompts, to be made into shards of what frozen models make of them.
class LatentsJob {
 public:
  /// Reads the models and the data set's metadata on every rank. Collective. `config` outlives the object. Errors: as LatentRows
  /// and TextStateRows; ConfigError when ranks see other inputs.
  LatentsJob(const LatentsConfig& config, Communicator& world, at::Device device);

  /// Digests of all that goes in, beside the configuration.
  const std::string& inputs() const { return inputs_; }
  const LatentRows& latents() const { return *latents_; }
  /// Nothing where no states are wanted.
  const TextStateRows* text_states() const { return text_states_.get(); }
  /// Outlived by this object.
  ShardJob shards() const { return shards_of(*latents_, "latents"); }
  ShardJob text_state_shards() const { return shards_of(*text_states_, "text states"); }

 private:
  ShardJob shards_of(const EncodedRows& rows, const std::string& label) const;

  const LatentsConfig& config_;
  std::unique_ptr<LatentRows> latents_;
  std::unique_ptr<TextStateRows> text_states_;
  std::string inputs_;
};

} // namespace radforge
