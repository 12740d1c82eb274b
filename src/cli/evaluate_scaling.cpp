#include "evaluate_scaling.hpp"

#include "run_session.hpp"
#include "scaling_files.hpp"
#include "scaling_runs.hpp"
#include "shard_job.hpp"

#include "radforge/comm/agreement.hpp"

#include <cstdio>

namespace radforge {

namespace {

ScalingSettings settings_of(const ScalingConfig& config) {
  ScalingSettings settings;
  settings.fit.unit = config.fit.residuals == "absolute" ? ResidualUnit::absolute : ResidualUnit::relative;
  settings.fit.huber_delta = config.fit.huber_delta;
  settings.fit.max_exponent = config.fit.max_exponent;
  settings.fit.num_draws = static_cast<int>(config.fit.num_draws);
  settings.fit.level = config.fit.level;
  settings.fit.seed = static_cast<std::uint64_t>(config.seed);
  settings.held_out = static_cast<std::size_t>(config.held_out);
  for (const ScalingBudgetConfig& budget : config.budgets) {
    settings.budgets.push_back(budget.gflop * 1e9);
  }
  return settings;
}

} // namespace

void run_evaluate_scaling(const CommandContext& context) {
  ScalingConfig config;
  RunSession session(context, [&](Schema& schema) { describe(schema, config); });
  session.run([&] {
    session.watch(config.watchdog);
    RunContext run = session.run_context();
    const bool is_first = context.world.rank() == 0; // who does it all: seconds, for any number of runs that anybody trains
    ScalingRuns runs;
    agree(context.world, [&] {
      if (is_first) {
        runs = read_scaling_runs(config);
      }
    });
    require_same_inputs(broadcast(context.world, runs.inputs), session);
    for (const std::string& note : runs.notes) {
      context.log.info("{}", note);
    }
    agree(context.world, [&] {
      if (!is_first) {
        return;
      }
      std::vector<ScalingResult> results;
      for (const ScalingMeasure& measure : runs.measures) {
        run.enter(Phase::compute, 0);
        results.push_back(analyse_scaling(measure, settings_of(config)));
      }
      run.enter(Phase::save, 0);
      session.dir().check_ownership();
      write_scaling(context.line.output, session.config_digest(), config, runs, results);
      std::printf("%s\n%s\n", scaling_text(results).c_str(), (context.line.output / scaling_file).c_str());
    });
  });
}

} // namespace radforge
