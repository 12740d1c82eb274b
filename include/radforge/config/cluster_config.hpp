#pragma once

#include <cstdint>
#include <string>

namespace radforge {

class Schema;

/// A way between ranks: a message of B bytes takes latency + B / rate.
struct LinkConfig {
  double latency_us = 5;
  double gb_per_s = 10; ///< of each rank, in one direction, as a collective reaches it
};

/// Where checkpoints go.
struct StorageConfig {
  double copy_gb_per_s = 10;  ///< of a rank, out of the memory it computes in
  double write_gb_per_s = 1;  ///< of a rank
  double total_gb_per_s = 50; ///< of all ranks together
};

/// How often ranks fail, and what a start costs.
struct FailureConfig {
  double rank_mttf_h = 8000; ///< mean time to a failure that ends the job, of one rank; of N ranks it is an N-th
  double restart_s = 300;    ///< from a failure to the first step of the next start
};

/// `task: cluster`: a machine, in the numbers that the time of a training depends on.
struct ClusterConfig {
  std::string task = "cluster";
  std::string name;
  std::int64_t nodes = 1;
  std::int64_t ranks_per_node = 1;
  std::int64_t job_nodes = 0; ///< most of a job; 0: all
  double job_hours = 24;
  double sustained_tflops = 1;       ///< of a rank in forward and backward
  double memory_gb_per_s = 100;      ///< of a rank, when weights are updated
  double rank_jitter = 0;            ///< standard deviation of a rank's time of a step, as a share of it
  LinkConfig node = {};              ///< between ranks of a node
  LinkConfig network = {};           ///< between nodes
  std::string algorithm = "fastest"; ///< of an all-reduce: the faster of ring and tree, or always one
  StorageConfig storage;
  FailureConfig failures;
};

void describe(Schema& schema, LinkConfig& config);
void describe(Schema& schema, StorageConfig& config);
void describe(Schema& schema, FailureConfig& config);
void describe(Schema& schema, ClusterConfig& config);

} // namespace radforge
