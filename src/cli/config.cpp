#include "command.hpp"
#include "resolved_config.hpp"

#include "radforge/config/classifier_run_config.hpp"
#include "radforge/config/cluster_config.hpp"
#include "radforge/config/evaluation_config.hpp"
#include "radforge/config/generate_config.hpp"
#include "radforge/config/image_quality_config.hpp"
#include "radforge/config/label_map_config.hpp"
#include "radforge/config/load.hpp"
#include "radforge/config/pipeline_config.hpp"
#include "radforge/config/prepare_config.hpp"
#include "radforge/config/scaling_config.hpp"
#include "radforge/config/sweep_config.hpp"
#include "radforge/config/train_config.hpp"

#include <cstdio>

namespace radforge {

namespace {

template <class Config>
Describe description_of(Config& config) {
  return [&config](Schema& schema) { describe(schema, config); };
}

template <class Config>
void print_documentation(const char* title) {
  Config config;
  std::printf("\n## %s\n\n%s", title, document_config(description_of(config)).c_str());
}

// The text of docs/configuration.md.
void print_all_documentation() {
  std::printf("# Configuration\n\nMade by `radforge config document`. Every key with its default; unknown keys are errors.\n");
  print_documentation<PrepareConfig>("prepare, `task: images`");
  print_documentation<LatentsConfig>("prepare, `task: latents`");
  print_documentation<AutoencoderRunConfig>("train, `task: autoencoder`");
  print_documentation<DiffusionRunConfig>("train, `task: diffusion`");
  print_documentation<ClassifierRunConfig>("train, `task: classifier`");
  print_documentation<SweepConfig>("sweep");
  print_documentation<GenerateConfig>("generate");
  print_documentation<EvaluationConfig>("evaluate, `task: classification`");
  print_documentation<ImageQualityConfig>("evaluate, `task: image-quality`");
  print_documentation<ScalingConfig>("evaluate, `task: scaling`");
  print_documentation<ClusterConfig>("plan --cluster, the files of configs/clusters");
  print_documentation<ImportConfig>("import, by `--set key=value`");
  print_documentation<ExportConfig>("export of a pipeline, by `--set key=value`");
  print_documentation<DatasetExportConfig>("export of a data set, by `--set key=value`");
  print_documentation<SheetPageConfig>("inspect --sheet, by `--set key=value`");
  print_documentation<LabelMapConfig>("label maps, the files of configs/labels");
}

} // namespace

void run_config(const CommandContext& context) {
  if (context.world.rank() != 0) {
    return;
  }
  if (context.line.config == "document") {
    print_all_documentation();
    return;
  }
  std::fputs(resolved_config(context.line.config, context.line.overrides).c_str(), stdout);
}

} // namespace radforge
