#include "radforge/plan/collective_cost.hpp"

#include <catch2/catch.hpp>

using namespace radforge;

namespace {

/// 1 us and 100 GB/s inside a node, 10 us and 20 GB/s a rank between nodes.
ClusterConfig example(std::int64_t ranks_per_node) {
  ClusterConfig cluster;
  cluster.nodes = 16;
  cluster.ranks_per_node = ranks_per_node;
  cluster.node = {.latency_us = 1, .gb_per_s = 100};
  cluster.network = {.latency_us = 10, .gb_per_s = 20};
  return cluster;
}

} // namespace

TEST_CASE("one rank needs no message") {
  for (const char* algorithm : {"fastest", "ring", "tree"}) {
    ClusterConfig cluster = example(4);
    cluster.algorithm = algorithm;
    CHECK(all_reduce_s(cluster, 1, 1e9) == 0);
    CHECK(all_gather_s(cluster, 1, 1e9) == 0);
  }
}

TEST_CASE("a ring inside a node is bound by the node's links") {
  CHECK(ring_all_reduce_s(example(4), 4, 1e9) == Approx(6 * 1e-6 + 1.5e9 / 100e9));
  CHECK(all_gather_s(example(4), 4, 1e9) == Approx(3 * 1e-6 + 0.75e9 / 100e9));
}

TEST_CASE("a ring between nodes uses all cards of a node, and no more than its inner links") {
  // 14 steps of 8 ranks, a quarter of them between the two nodes; 4 cards of 20 GB/s.
  CHECK(ring_all_reduce_s(example(4), 8, 1e9) == Approx(14 * (0.25 * 10e-6 + 0.75 * 1e-6) + 1.75e9 / 80e9));
  ClusterConfig wide = example(4);
  wide.network.gb_per_s = 50;
  CHECK(ring_all_reduce_s(wide, 8, 1e9) == Approx(14 * (0.25 * 10e-6 + 0.75 * 1e-6) + 1.75e9 / 100e9));
  // One rank a node has one card, and no inner link.
  CHECK(ring_all_reduce_s(example(1), 2, 1e9) == Approx(2 * 10e-6 + 1e9 / 20e9));
}

TEST_CASE("a tree goes up and down once for all nodes") {
  CHECK(tree_all_reduce_s(example(4), 32, 1e9) == Approx(2 * (3 * 10e-6 + 3 * 1e-6) + 2e9 / 80e9));
  CHECK(tree_all_reduce_s(example(4), 20, 1e6) == Approx(2 * (3 * 10e-6 + 3 * 1e-6) + 2e6 / 80e9)); // five nodes, three levels
}

TEST_CASE("small messages of many ranks take the tree, large ones of few the ring") {
  const ClusterConfig cluster = example(4);
  CHECK(all_reduce_s(cluster, 64, 1e4) == tree_all_reduce_s(cluster, 64, 1e4));
  CHECK(all_reduce_s(cluster, 8, 1e9) == ring_all_reduce_s(cluster, 8, 1e9));
}
