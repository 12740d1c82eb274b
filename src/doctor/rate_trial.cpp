#include "rate_trial.hpp"

#include "radforge/comm/agreement.hpp"
#include "radforge/core/clock.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace radforge {

namespace {

constexpr std::size_t num_values = 4 << 20; ///< of four bytes: a bucket of gradients
constexpr int most_repetitions = 6;
constexpr double enough_s = 1;

/// The best of several, after one that counts nothing; the ranks agree on when it is enough.
double best_seconds(Communicator& ranks, std::size_t count, int repetitions) {
  std::vector<float> values(count, 1.0F);
  ranks.all_reduce(buffer_of(std::span(values)), ReduceOp::sum);
  double best = std::numeric_limits<double>::infinity();
  const Stopwatch total;
  for (int i = 0; i < repetitions; ++i) {
    ranks.barrier();
    const Stopwatch time;
    ranks.all_reduce(buffer_of(std::span(values)), ReduceOp::sum);
    double slowest = time.seconds();
    ranks.all_reduce(buffer_of(std::span(&slowest, 1)), ReduceOp::max);
    best = std::min(best, slowest);
    double spent = total.seconds();
    ranks.all_reduce(buffer_of(std::span(&spent, 1)), ReduceOp::max);
    if (spent > enough_s) {
      break;
    }
  }
  return best;
}

double rate_gb_s(Communicator& ranks) {
  const double bytes = num_values * sizeof(float) * 2.0 * (ranks.size() - 1) / ranks.size();
  return bytes / 1e9 / best_seconds(ranks, num_values, most_repetitions);
}

int node_of(const std::vector<Node>& nodes, int first_rank) {
  const auto node = std::ranges::find(nodes, first_rank, [](const Node& each) { return each.ranks.front(); });
  return node == nodes.end() ? -1 : static_cast<int>(node - nodes.begin());
}

} // namespace

std::vector<std::vector<std::pair<int, int>>> rounds_of_pairs(int num_nodes) {
  std::vector<std::vector<std::pair<int, int>>> rounds;
  for (const int parity : {0, 1}) {
    std::vector<std::pair<int, int>> round;
    for (int node = parity; node + 1 < num_nodes; node += 2) {
      round.emplace_back(node, node + 1);
    }
    if (parity == 1 && num_nodes > 2 && num_nodes % 2 == 0) {
      round.emplace_back(num_nodes - 1, 0);
    }
    if (!round.empty()) {
      rounds.push_back(round);
    }
  }
  if (num_nodes > 2 && num_nodes % 2 == 1) { // the ring's last edge meets both rounds
    rounds.push_back({{num_nodes - 1, 0}});
  }
  return rounds;
}

RateTrial try_rates(Communicator& world, Watchdog& watchdog, const std::vector<Node>& nodes) {
  RateTrial result;
  result.node_gb_s.assign(nodes.size(), 0);
  if (world.size() == 1) {
    return result;
  }
  std::int64_t step = 0;
  {
    const ScopedPhase waiting(watchdog, Phase::collective, ++step);
    result.latency_us = 1e6 * best_seconds(world, 1, most_repetitions);
    result.all_gb_s = rate_gb_s(world);
  }
  const int node = node_of(nodes, world.rank());
  double mine = 0;
  for (const auto& round : rounds_of_pairs(static_cast<int>(nodes.size()))) {
    const ScopedPhase waiting(watchdog, Phase::collective, ++step);
    const auto pair =
        std::ranges::find_if(round, [&](const auto& each) { return node >= 0 && (each.first == node || each.second == node); });
    const bool takes_part = pair != round.end();
    const int color = takes_part ? nodes[static_cast<std::size_t>(pair->first)].ranks.front() : world.size() + world.rank();
    const std::unique_ptr<Communicator> ranks = world.split(color);
    if (takes_part) {
      mine = std::max(mine, rate_gb_s(*ranks));
    }
    world.barrier();
  }
  std::vector<double> all(static_cast<std::size_t>(world.size()));
  world.all_gather(buffer_of(std::span(&mine, 1)), buffer_of(std::span(all)));
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    result.node_gb_s[i] = all[static_cast<std::size_t>(nodes[i].ranks.front())];
  }
  return result;
}

std::vector<double> clock_offsets(Communicator& world) {
  constexpr int num_looks = 5;
  const auto size = static_cast<std::size_t>(world.size());
  std::vector<std::vector<double>> looks(size);
  std::vector<double> now(size);
  for (int i = 0; i < num_looks; ++i) {
    world.barrier();
    double mine = seconds_since_1970();
    world.all_gather(buffer_of(std::span(&mine, 1)), buffer_of(std::span(now)));
    for (std::size_t rank = 0; rank < size; ++rank) {
      looks[rank].push_back(now[rank] - now[0]);
    }
  }
  std::vector<double> offsets;
  for (std::vector<double>& of_rank : looks) {
    std::ranges::nth_element(of_rank, of_rank.begin() + num_looks / 2);
    offsets.push_back(of_rank[num_looks / 2]);
  }
  return offsets;
}

} // namespace radforge
