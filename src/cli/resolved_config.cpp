#include "resolved_config.hpp"

#include "radforge/config/classifier_run_config.hpp"
#include "radforge/config/cluster_config.hpp"
#include "radforge/config/evaluation_config.hpp"
#include "radforge/config/generate_config.hpp"
#include "radforge/config/image_quality_config.hpp"
#include "radforge/config/load.hpp"
#include "radforge/config/prepare_config.hpp"
#include "radforge/config/scaling_config.hpp"
#include "radforge/config/sweep_config.hpp"
#include "radforge/config/train_config.hpp"
#include "radforge/core/error.hpp"

namespace radforge {

namespace {

template <class Config>
std::string resolved(const std::filesystem::path& path, const std::vector<std::string>& overrides) {
  Config config;
  const Describe description = [&config](Schema& schema) { describe(schema, config); };
  load_config(path, overrides, description);
  return dump_config(description);
}

} // namespace

std::string resolved_config(const std::filesystem::path& path, const std::vector<std::string>& overrides) {
  const std::string task = peek_config(path, overrides, "task");
  if (task == "images") {
    return resolved<PrepareConfig>(path, overrides);
  }
  if (task == "latents") {
    return resolved<LatentsConfig>(path, overrides);
  }
  if (task == "autoencoder") {
    return resolved<AutoencoderRunConfig>(path, overrides);
  }
  if (task == "diffusion") {
    return resolved<DiffusionRunConfig>(path, overrides);
  }
  if (task == "classifier") {
    return resolved<ClassifierRunConfig>(path, overrides);
  }
  if (task == "sweep") {
    return resolved<SweepConfig>(path, overrides);
  }
  if (task == "generation") {
    return resolved<GenerateConfig>(path, overrides);
  }
  if (task == "classification") {
    return resolved<EvaluationConfig>(path, overrides);
  }
  if (task == "image-quality") {
    return resolved<ImageQualityConfig>(path, overrides);
  }
  if (task == "scaling") {
    return resolved<ScalingConfig>(path, overrides);
  }
  if (task == "cluster") {
    return resolved<ClusterConfig>(path, overrides);
  }
  throw ConfigError(
      "{}: task '{}' is not known (there are images, latents, autoencoder, diffusion, classifier, sweep, generation, "
      "classification, image-quality, scaling and cluster)",
      path.string(), task);
}

} // namespace radforge
