#include "run_checkpoints.hpp"

#include "radforge/comm/agreement.hpp"
#include "radforge/core/error.hpp"

namespace radforge {

RunCheckpoints::RunCheckpoints(const TrainPlan& plan, RunContext& context, ParameterSet& parameters, Optimizer& optimizer,
                               IntervalMeans& /*means*/)
    : context_(context), parameters_(parameters), optimizer_(optimizer),
      store_(context.dir.path() / "checkpoints",
             {plan.checkpoint.keep, context.dir.epoch(), plan.config_digest, [&context] { context.dir.check_ownership(); }}) {}

TrainState RunCheckpoints::state() {
  return {parameters_, parameters_.flat(), optimizer_.first_moment(), optimizer_.second_moment(), optimizer_.average()};
}

std::int64_t RunCheckpoints::load_newest() {
  // Rank 0 looks, all ranks load what it found.
  std::string found_step;
  CheckpointStore::Search search;
  agree(context_.control, [&] {
    if (context_.control.rank() == 0) {
      search = store_.search();
      found_step = search.newest ? std::to_string(search.newest->step) : "";
    }
  });
  for (const std::string& problem : search.problems) {
    context_.log.warning("a checkpoint is passed over: {}", problem);
  }
  found_step = broadcast(context_.control, found_step);
  if (found_step.empty()) {
    return 0;
  }
  const std::int64_t step = std::stoll(found_step);
  agree(context_.control, [&] { store_.load(store_.at(step), state()); });
  parameters_.refresh();
  return step;
}

void RunCheckpoints::save(std::int64_t step) {
  agree(context_.control, [&] {
    if (context_.control.rank() == 0) {
      context_.dir.check_ownership();
      context_.metrics.sync(); // a resumed run does not write the lines up to this step again
      store_.save(step, state());
    }
  });
}

} // namespace radforge
