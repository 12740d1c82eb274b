#pragma once

#include "radforge/config/cluster_config.hpp"

#include <cstdint>

namespace radforge {

/// Seconds of an all-reduce of `bytes` among `ranks` of the cluster, whole nodes first, by the alpha-beta model (Thakur et al.
/// 2005, doi 10.1177/1094342005051521): latency of each step, and bytes by the rate of the narrowest link.
/// - ring: 2 (N - 1) steps; each rank sends 2 (N - 1) / N of the bytes;
/// - tree, a chain in each node and a binary tree between them: 2 (G - 1 + log2 M) steps of G ranks on each of M nodes, in
///   pieces that follow each other; each rank sends the bytes twice.
/// All ranks of a node send at once, each over its share of the network.
double ring_all_reduce_s(const ClusterConfig& cluster, std::int64_t ranks, double bytes);
double tree_all_reduce_s(const ClusterConfig& cluster, std::int64_t ranks, double bytes);

/// By the cluster's algorithm. No time for one rank.
double all_reduce_s(const ClusterConfig& cluster, std::int64_t ranks, double bytes);

/// Seconds until all ranks hold `bytes`, of which each had an equal share: half a ring's all-reduce.
double all_gather_s(const ClusterConfig& cluster, std::int64_t ranks, double bytes);

/// Nodes that `ranks` fill.
std::int64_t num_nodes(const ClusterConfig& cluster, std::int64_t ranks);

} // namespace radforge
