#include "device_memory.hpp"

#include "training_cost.hpp"

#include "radforge/core/error.hpp"
#include "radforge/nn/device.hpp"

#include <c10/util/Exception.h>

namespace radforge {

namespace {

constexpr double gib = 1 << 30;

std::string size_of(const at::Device& device) {
  return device.is_cuda() ? fmt::format("it has {:.1f} GiB", static_cast<double>(memory_of(device).total) / gib)
                          : std::string("it is this machine's");
}

} // namespace

void explain_device_memory(const at::Device& device, const std::string& what_takes_it, const std::string& what_to_do,
                           const std::function<void()>& work) {
  try {
    work();
  } catch (const c10::OutOfMemoryError&) {
    throw CommunicationError("out of memory on {} ({}; {}). {}", device.str(), size_of(device), what_takes_it, what_to_do);
  }
}

std::string memory_of_training(const ParameterSet& trained, const LoopConfig& loop, const OptimizerConfig& optimizer,
                               int num_ranks) {
  StateSize state{.num_trained = trained.num_parameters()};
  if (loop.precision == "bf16") {
    state.bytes_on_each_rank += 2; // the copy that layers compute with
  }
  const OptimizerState held = optimizer.shard ? OptimizerState::sharded : OptimizerState::replicated;
  const std::int64_t images = loop.micro_batch_size > 0 ? loop.micro_batch_size : (loop.batch_size + num_ranks - 1) / num_ranks;
  return fmt::format(
      "weights, gradients, moments and average of {} parameters take {:.2f} GiB of a rank's, activations of {} images "
      "at once come on top",
      state.num_trained, bytes_a_rank(state, held, num_ranks) / gib, images);
}

} // namespace radforge
