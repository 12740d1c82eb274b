#include "training_plan.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace radforge {

namespace {

constexpr double seconds_an_hour = 3600;
constexpr double hours_a_segment = 24; // what clusters commonly allow a job

std::string use_text(const PartCost& part, Activations activations) {
  std::string text = part.use == PartUse::trained          ? "forward, gradients"
                     : part.use == PartUse::passes_through ? "forward, gradients of inputs"
                                                           : "forward";
  if (part.use != PartUse::forward && activations == Activations::computed_again) {
    text += ", forward again";
  }
  return part.share < 1 ? text + ", once an image" : text;
}

std::string parts_text(const TrainingPlan& plan) {
  std::string text = fmt::format("  {:<13}  {:>8}  {:>8}  {:>8}  {:>9}  {:>10}  {:>8}  {}\n", "GMAC an image", "3x3 conv",
                                 "linear", "1x1 conv", "self-att.", "cross-att.", "forward", "a step");
  for (const PartCost& part : plan.parts) {
    const MultiplyAdds& count = part.forward;
    text += fmt::format("  {:<13}  {:>8.3f}  {:>8.3f}  {:>8.3f}  {:>9.3f}  {:>10.3f}  {:>8.3f}  {}\n", part.name,
                        count.conv3x3 / 1e9, count.linear / 1e9, count.conv1x1 / 1e9, count.self_attention / 1e9,
                        count.cross_attention / 1e9, count.total() / 1e9, use_text(part, plan.activations));
  }
  return text;
}

std::string ranks_text(const TrainingPlan& plan, double gpu_hours) {
  std::string text = fmt::format("\n  {:>5}  {:>11}  {:>10}  {:>20}  {:>11}  {:>16}\n", "ranks", "images each", "MB a rank",
                                 "with optimizer.shard", "hours, GPUs", "segments of 24 h");
  for (const std::int64_t ranks : rank_counts(plan.loop.batch_size)) {
    const double hours = gpu_hours / static_cast<double>(ranks);
    text +=
        fmt::format("  {:>5}  {:>11}  {:>10.1f}  {:>20.1f}  {:>11.3g}  {:>16}\n", ranks, plan.loop.batch_size / ranks,
                    bytes_a_rank(plan.state, OptimizerState::replicated, ranks) / 1e6,
                    bytes_a_rank(plan.state, OptimizerState::sharded, ranks) / 1e6, hours, num_segments(hours, hours_a_segment));
  }
  return text;
}

} // namespace

std::string with_prefix(double value, const char* unit) {
  constexpr std::array prefixes{"", "k", "M", "G", "T", "P", "E", "Z"};
  std::size_t index = 0;
  for (; value >= 999.5 && index + 1 < prefixes.size(); value /= 1000) {
    ++index;
  }
  return fmt::format("{:.3g} {}{}", value, prefixes[index], unit);
}

std::string training_plan_text(const TrainingPlan& plan, const AssumedRates& rates) {
  const RunArithmetic flop = run_arithmetic(plan.parts, plan.loop.steps, plan.loop.batch_size, plan.activations);
  const std::int64_t images = plan.loop.steps * plan.loop.batch_size;
  const double computed = flop.in_all + flop.computed_again;
  const double gpu_hours = computed / rates.gpu / seconds_an_hour;
  const CheckpointSize checkpoints = checkpoint_size(plan.state.num_trained, plan.keep);

  std::string text = "\n" + parts_text(plan);
  text += fmt::format("\n  steps         {} of {} images: {} images", plan.loop.steps, plan.loop.batch_size, images);
  text += plan.num_images ? fmt::format(", {:.1f} epochs of {}\n",
                                        static_cast<double>(images) / static_cast<double>(*plan.num_images), *plan.num_images)
                          : "; the data set is not there yet\n";
  text += fmt::format("  arithmetic    {} an image, {} a step, {} in all\n", with_prefix(flop.an_image, "FLOP"),
                      with_prefix(flop.a_step, "FLOP"), with_prefix(flop.in_all, "FLOP"));
  if (flop.computed_again > 0) {
    text +=
        fmt::format("                and {} for activations that are computed again\n", with_prefix(flop.computed_again, "FLOP"));
  }
  text += fmt::format("  time          {:.3g} GPU hours, on {}\n", gpu_hours, rates.gpu_text);
  text += fmt::format("                {:.3g} hours here at the least, at the {} of {}\n",
                      computed / rates.here / seconds_an_hour, with_prefix(rates.here, "FLOP/s"), rates.here_text);
  text += fmt::format("  checkpoints   {} a set in {} files and one a rank; {} kept and one being written: {}\n",
                      with_prefix(checkpoints.set_bytes, "B"), checkpoints.set_files, checkpoints.num_sets - 1,
                      with_prefix(checkpoints.set_bytes * static_cast<double>(checkpoints.num_sets), "B"));
  return text + ranks_text(plan, gpu_hours);
}

} // namespace radforge
