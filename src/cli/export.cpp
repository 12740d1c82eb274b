#include "command.hpp"
#include "export_dataset.hpp"
#include "model_card.hpp"
#include "pipeline_output.hpp"

#include "radforge/config/load.hpp"
#include "radforge/io/dataset_index.hpp"
#include "radforge/models/pipeline.hpp"

#include <cstdio>

namespace radforge {

namespace {

namespace fs = std::filesystem;

/// A run's folder is as good a name as the pipeline in it.
fs::path pipeline_of(const fs::path& named) {
  return !fs::exists(named / model_index) && fs::exists(named / "pipeline" / model_index) ? named / "pipeline" : named;
}

} // namespace

void run_export(const CommandContext& context) {
  if (context.world.rank() != 0) {
    return;
  }
  const CommandLine& line = context.line;
  if (fs::exists(line.config / DatasetIndex::file_name)) {
    export_dataset(context);
    return;
  }
  ExportConfig config;
  parse_config("", "command line", line.overrides, [&](Schema& schema) { describe(schema, config); });
  if (config.title.empty()) {
    config.title = line.output.lexically_normal().filename().string();
  }
  const fs::path source = pipeline_of(line.config);
  PipelineContent content = read_pipeline(source);
  Pipeline(content.unet, content.text_encoder, content.autoencoder).check(content);
  content = in_precision(std::move(content), config.precision);
  publish_new_folder(line.output, [&](const fs::path& folder) {
    write_pipeline(folder, content);
    write_model_card(folder, content, config, source);
  });
  std::printf("%s\n", line.output.c_str());
}

} // namespace radforge
