#include "radforge/plan/collective_cost.hpp"

#include <algorithm>
#include <cmath>

namespace radforge {

namespace {

/// Latencies and rate of the links that `ranks` use, in seconds and bytes a second.
struct Links {
  Links(const ClusterConfig& cluster, std::int64_t ranks)
      : nodes(num_nodes(cluster, ranks)), node_s(cluster.node.latency_us * 1e-6), network_s(cluster.network.latency_us * 1e-6) {
    // A ring enters and leaves a node once, by all its network cards at once: each of as many rings takes one.
    const double inside = cluster.node.gb_per_s * 1e9;
    const double between = cluster.network.gb_per_s * 1e9 * static_cast<double>(std::min(ranks, cluster.ranks_per_node));
    rate = nodes == 1 ? inside : ranks == nodes ? between : std::min(inside, between);
  }

  std::int64_t nodes;
  double node_s;
  double network_s;
  double rate;
};

} // namespace

std::int64_t num_nodes(const ClusterConfig& cluster, std::int64_t ranks) {
  return (ranks + cluster.ranks_per_node - 1) / cluster.ranks_per_node;
}

double ring_all_reduce_s(const ClusterConfig& cluster, std::int64_t ranks, double bytes) {
  if (ranks == 1) {
    return 0;
  }
  const Links links(cluster, ranks);
  const auto n = static_cast<double>(ranks);
  // Of a round's N steps as many cross the network as there are nodes; the whole moves at the pace of all of them.
  const double crossings = links.nodes == 1 ? 0 : static_cast<double>(links.nodes);
  const double latency = 2 * (n - 1) / n * (crossings * links.network_s + (n - crossings) * links.node_s);
  return latency + 2 * (n - 1) / n * bytes / links.rate;
}

double tree_all_reduce_s(const ClusterConfig& cluster, std::int64_t ranks, double bytes) {
  if (ranks == 1) {
    return 0;
  }
  const Links links(cluster, ranks);
  const double depth = std::ceil(std::log2(static_cast<double>(links.nodes)));
  const auto chain = static_cast<double>(std::min(ranks, cluster.ranks_per_node) - 1);
  return 2 * (depth * links.network_s + chain * links.node_s) + 2 * bytes / links.rate;
}

double all_reduce_s(const ClusterConfig& cluster, std::int64_t ranks, double bytes) {
  if (cluster.algorithm == "ring") {
    return ring_all_reduce_s(cluster, ranks, bytes);
  }
  if (cluster.algorithm == "tree") {
    return tree_all_reduce_s(cluster, ranks, bytes);
  }
  return std::min(ring_all_reduce_s(cluster, ranks, bytes), tree_all_reduce_s(cluster, ranks, bytes));
}

double all_gather_s(const ClusterConfig& cluster, std::int64_t ranks, double bytes) {
  return ring_all_reduce_s(cluster, ranks, bytes) / 2;
}

} // namespace radforge
