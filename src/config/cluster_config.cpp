#include "radforge/config/cluster_config.hpp"

#include "radforge/config/schema.hpp"

namespace radforge {

namespace {

constexpr RealRange positive{1e-9, 1e9};

} // namespace

void describe(Schema& schema, LinkConfig& config) {
  schema.field("latency_us", config.latency_us, RealRange{0, 1e9}, "of a message, or of one step of a collective");
  schema.field("gb_per_s", config.gb_per_s, positive, "of each rank, in one direction, as a collective reaches it");
}

void describe(Schema& schema, StorageConfig& config) {
  schema.field("copy_gb_per_s", config.copy_gb_per_s, positive,
               "of a rank, out of the memory it computes in: the step waits for it");
  schema.field("write_gb_per_s", config.write_gb_per_s, positive, "of a rank, beside the next steps");
  schema.field("total_gb_per_s", config.total_gb_per_s, positive, "of all ranks together");
}

void describe(Schema& schema, FailureConfig& config) {
  schema.field("rank_mttf_h", config.rank_mttf_h, positive,
               "mean time to a failure that ends the job, of one rank; of N ranks it is an N-th");
  schema.field("restart_s", config.restart_s, RealRange{0, 1e9}, "from a failure to the first step of the next start");
}

void describe(Schema& schema, ClusterConfig& config) {
  schema.field("task", config.task, Choices{"cluster"}, "what the file describes");
  schema.field("name", config.name, "of the machine");
  schema.field("nodes", config.nodes, IntRange{1, 1'000'000}, "of the machine");
  schema.field("ranks_per_node", config.ranks_per_node, IntRange{1, 1024}, "one a GPU");
  schema.field("job_nodes", config.job_nodes, IntRange{0, 1'000'000}, "most of a job; 0: all");
  schema.field("job_hours", config.job_hours, positive, "most of a job");
  schema.field("sustained_tflops", config.sustained_tflops, positive,
               "of a rank in forward and backward; plan --measured takes it from a run");
  schema.field("memory_gb_per_s", config.memory_gb_per_s, positive, "of a rank, when weights are updated");
  schema.field("rank_jitter", config.rank_jitter, RealRange{0, 10},
               "standard deviation of a rank's time of a step, as a share of it: all wait for the slowest");
  schema.section("node", config.node, "between ranks of a node");
  schema.section("network", config.network, "between nodes");
  schema.field("algorithm", config.algorithm, Choices{"fastest", "ring", "tree"},
               "of an all-reduce: the faster of the two, or always one");
  schema.section("storage", config.storage, "where checkpoints go");
  schema.section("failures", config.failures, "how often ranks fail, and what a start costs");
}

} // namespace radforge
