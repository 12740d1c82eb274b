#include "command.hpp"
#include "evaluate_classification.hpp"
#include "evaluate_scaling.hpp"
#include "image_quality_files.hpp"
#include "run_session.hpp"
#include "shard_job.hpp"

#include "radforge/comm/agreement.hpp"
#include "radforge/config/image_quality_config.hpp"
#include "radforge/core/error.hpp"
#include "radforge/core/progress.hpp"

#include <algorithm>
#include <cstdio>
#include <optional>

namespace radforge {

namespace {

namespace fs = std::filesystem;

bool is_measured(const fs::path& folder, Communicator& world) {
  bool there = false;
  agree(world, [&] { there = world.rank() == 0 && fs::exists(folder / image_quality_file); });
  return all_max(world, there ? 1 : 0) > 0;
}

void measure(const ImageQualityConfig& config, const ImageQuality& images, RunSession& session) {
  const CommandContext& context = session.context;
  for (const std::string& note : images.notes()) {
    context.log.info("{}", note);
  }
  RunContext run = session.run_context();
  Progress progress(
      {.label = "look", .total = images.num_looks(), .enabled = context.world.rank() == 0 && context.shows_progress});
  const ImageQuality::Control control{.progress =
                                          [&](std::int64_t num_looked_at) {
                                            run.enter(Phase::compute, 0);
                                            progress.update(std::min(num_looked_at * context.world.size(), images.num_looks()));
                                          },
                                      .before_piece = [&] { run.enter(Phase::compute, 0); },
                                      .stop_requested = [&] { return session.stop().requested(); }};
  const ImageQualityResult result = images.measure(run.data, control);
  progress.finish();
  run.enter(Phase::save, 0);
  agree(context.world, [&] {
    if (context.world.rank() == 0) {
      session.dir().check_ownership();
      write_image_quality(context.line.output, session.config_digest(), config, images, result);
    }
  });
}

void evaluate_image_quality(const CommandContext& context) {
  ImageQualityConfig config;
  RunSession session(context, [&](Schema& schema) { describe(schema, config); });
  session.run([&] {
    session.watch(config.watchdog);
    session.use(config.compute);
    const fs::path& folder = context.line.output;
    std::optional<ImageQuality> images;
    agree(context.world, [&] { images.emplace(config, session.device()); });
    require_equal(context.world, images->inputs(), "content of the data sets and networks");
    require_same_inputs(images->inputs(), session);
    if (is_measured(folder, context.world)) {
      context.log.info("{} is measured already (same configuration, same images and networks): nothing to do", folder.string());
    } else {
      measure(config, *images, session);
    }
    if (context.world.rank() == 0) {
      std::printf("%s\n%s\n", image_quality_text(folder).c_str(), (folder / image_quality_file).c_str());
    }
  });
}

} // namespace

void run_evaluate(const CommandContext& context) {
  std::string task = "classification";
  if (context.line.config_text.empty()) {
    agree(context.world, [&] { task = peek_config(context.line.config, context.line.overrides, "task"); });
  }
  if (task == "classification") {
    run_evaluate_classification(context);
  } else if (task == "image-quality") {
    evaluate_image_quality(context);
  } else if (task == "scaling") {
    run_evaluate_scaling(context);
  } else {
    throw as_agreed(ConfigError("{}: task '{}' cannot be evaluated (there are classification, image-quality and scaling)",
                                context.line.config.string(), task));
  }
}

} // namespace radforge
