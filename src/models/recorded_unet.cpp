#include "radforge/models/recorded_unet.hpp"

#include "text_memory.hpp"

#include "radforge/nn/device_graph.hpp"

#include <c10/util/Exception.h>

#include <cstdint>
#include <map>
#include <vector>

namespace radforge {

namespace {

constexpr int num_warm_ups = 2; // in which libraries choose their algorithms

/// The evaluations of texts of one shape.
class Evaluation {
 public:
  Evaluation(const UNet& unet, std::string& problem) : unet_(unet), problem_(problem) {}

  void set_texts(const at::Tensor& states) {
    if (states_.defined()) {
      memory_.refill(states);
    } else {
      states_ = states;
    }
  }

  at::Tensor run(const at::Tensor& x, const at::Tensor& timesteps) {
    if (num_runs_++ == num_warm_ups) {
      record(x, timesteps);
    }
    if (!graph_) {
      return unet_.forward(x, timesteps, states_, memory_);
    }
    x_.copy_(x);
    timesteps_.copy_(timesteps);
    graph_->launch();
    return found_.clone(); // the next launch writes there again
  }

 private:
  void record(const at::Tensor& x, const at::Tensor& timesteps) {
    x_ = x.clone();
    timesteps_ = timesteps.clone();
    try {
      graph_ = std::make_unique<DeviceGraph>([this] { found_ = unet_.forward(x_, timesteps_, states_, memory_); });
    } catch (const c10::OutOfMemoryError&) {
      throw;
    } catch (const c10::Error& error) { // nothing of it was done
      problem_ = error.what_without_backtrace();
    }
  }

  const UNet& unet_;
  std::string& problem_;
  TextMemory memory_;
  at::Tensor states_; ///< of the first texts: what is made of them is in memory_ from the first run on
  at::Tensor x_, timesteps_, found_;
  int num_runs_ = 0;
  std::unique_ptr<DeviceGraph> graph_;
};

} // namespace

struct RecordedUNet::State {
  const UNet& unet;
  std::string problem;
  std::map<std::vector<std::int64_t>, Evaluation> by_shape;
};

RecordedUNet::RecordedUNet(const UNet& unet) : state_(new State{unet, {}, {}}) {}

RecordedUNet::~RecordedUNet() = default;

std::function<at::Tensor(const at::Tensor&, const at::Tensor&)> RecordedUNet::of_texts(const at::Tensor& text_states) {
  Evaluation& evaluation = state_->by_shape.try_emplace(text_states.sizes().vec(), state_->unet, state_->problem).first->second;
  evaluation.set_texts(state_->unet.as_weights(text_states));
  return [&evaluation](const at::Tensor& x, const at::Tensor& timesteps) { return evaluation.run(x, timesteps); };
}

const std::string& RecordedUNet::problem() const { return state_->problem; }

} // namespace radforge
