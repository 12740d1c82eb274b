#pragma once

#include "radforge/core/error.hpp"
#include "radforge/nn/share.hpp"
#include "radforge/train/checkpoint_set.hpp"
#include "radforge/train/checkpointer.hpp"

#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/zeros.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace radforge {

/// The newest set that is whole, as one process sees it, and why newer ones are not.
struct CheckpointSearch {
  std::optional<CheckpointSet> newest;
  std::vector<std::string> problems;
};

inline CheckpointSearch find_newest_checkpoint(const std::filesystem::path& folder, int num_threads) {
  CheckpointSearch search;
  for (const std::int64_t step : CheckpointSet::steps_in(folder)) {
    try {
      CheckpointSet set(folder, step, CheckpointSet::read_manifest(folder, step));
      set.verify(0, 1, num_threads);
      search.newest.emplace(std::move(set));
      break;
    } catch (const Error& error) {
      search.problems.emplace_back(error.what());
    }
  }
  return search;
}

/// Parameters of a small model: enough for three shares.
struct SmallModel {
  SmallModel() {
    parameters.add("a.weight", {40, 15}, Init::constant(0), weight);
    parameters.add("b", {7}, Init::constant(0), bias);
    parameters.allocate(1);
  }
  ParameterSet parameters;
  at::Tensor weight;
  at::Tensor bias;
};

/// One rank's state, and what it must be at a step.
class RankState {
 public:
  RankState(std::int64_t total, FlatRange range)
      : means_(4), state_{.parameters = at::zeros({total}),
                          .range = range,
                          .first_moment = at::zeros({range.count}),
                          .second_moment = at::zeros({range.count}),
                          .average = at::zeros({range.count}),
                          .buffers = at::zeros({3}),
                          .interval_means = means_} {}
  RankState(const RankState&) = delete;

  const TrainState& state() const { return state_; }
  /// Every element gets a value that it has in no other place, step or `version`.
  void set(double step, double version = 0) {
    const FlatRange& range = state_.range;
    state_.parameters.copy_(values(state_.parameters.numel(), 0, 1, step, version));
    state_.first_moment.copy_(values(range.count, range.first, 2, step, version));
    state_.second_moment.copy_(values(range.count, range.first, 3, step, version));
    state_.average.copy_(values(range.count, range.first, 4, step, version));
    state_.buffers.copy_(values(3, 0, 5, step, version));
    means_ = {step, version, 0.1, 0.2};
  }
  bool is(double step, double version = 0) const {
    RankState expected(state_.parameters.numel(), state_.range);
    expected.set(step, version);
    const TrainState& other = expected.state_;
    return at::equal(state_.parameters, other.parameters) && at::equal(state_.first_moment, other.first_moment) &&
           at::equal(state_.second_moment, other.second_moment) && at::equal(state_.average, other.average) &&
           at::equal(state_.buffers, other.buffers) && means_ == expected.means_;
  }

 private:
  static at::Tensor values(std::int64_t count, std::int64_t first, double kind, double step, double version) {
    return at::arange(first, first + count).to(at::kFloat).mul(0.001).add(kind + 10 * step + 5000 * version);
  }

  std::vector<double> means_;
  TrainState state_;
};

/// The ranks of a run in one process, which save one after the other.
class CheckpointWorld {
 public:
  enum class Optimizer { replicated, sharded };

  CheckpointWorld(std::filesystem::path folder, int num_ranks, FileSystem& system, CheckpointerOptions options = {.epoch = 7},
                  Optimizer optimizer = Optimizer::sharded)
      : folder_(std::move(folder)) {
    const std::int64_t total = model_.parameters.flat().numel();
    for (int rank = 0; rank < num_ranks; ++rank) {
      options.rank = rank;
      options.num_ranks = num_ranks;
      ranks_.push_back(std::make_unique<Checkpointer>(folder_, options, model_.parameters, system));
      states_.push_back(std::make_unique<RankState>(total, optimizer == Optimizer::sharded ? share_of(total, rank, num_ranks)
                                                                                           : FlatRange{0, total}));
    }
  }

  /// Throws what the first rank that failed did, with nothing left of the set.
  void save(std::int64_t step, double version = 0, const std::vector<std::int64_t>& milestones = {}) {
    try {
      ranks_[0]->begin(step, states_[0]->state());
      for (std::size_t rank = 0; rank < ranks_.size(); ++rank) {
        states_[rank]->set(static_cast<double>(step), version);
        ranks_[rank]->write(step, states_[rank]->state());
        ranks_[rank]->wait();
      }
      for (const auto& rank : ranks_) {
        rank->join();
      }
      ranks_[0]->publish(milestones);
      ranks_[0]->join();
    } catch (const std::exception&) {
      for (const auto& rank : ranks_) {
        try {
          rank->join();
        } catch (const std::exception&) { // the first one counts
        }
      }
      ranks_[0]->discard();
      throw;
    }
  }

  /// Every rank's state is all of that step.
  bool loads(std::int64_t step, double version = 0) {
    const CheckpointSet set(folder_, step, CheckpointSet::read_manifest(folder_, step));
    set.verify(0, 1, 2);
    bool equal = true;
    for (const auto& state : states_) {
      state->set(-1);
      set.load(state->state(), model_.parameters, 2);
      equal = equal && state->is(static_cast<double>(step), version);
    }
    return equal;
  }

  Checkpointer& rank(std::size_t rank) { return *ranks_[rank]; }
  RankState& state(std::size_t rank) { return *states_[rank]; }
  ParameterSet& parameters() { return model_.parameters; }

 private:
  std::filesystem::path folder_;
  SmallModel model_;
  std::vector<std::unique_ptr<RankState>> states_;
  std::vector<std::unique_ptr<Checkpointer>> ranks_;
};

} // namespace radforge
