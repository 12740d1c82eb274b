#include "radforge/config/compute_config.hpp"

#include "radforge/config/schema.hpp"

namespace radforge {

void describe(Schema& schema, ComputeConfig& config) {
  schema.field("device", config.device, Choices{"auto", "cpu", "cuda"},
               "auto: CUDA where every rank has a device of its own, else the CPU; each rank of a node takes one device");
  schema.field("collectives", config.collectives, Choices{"auto", "mpi"},
               "what travels between ranks on CUDA: auto by NCCL; mpi through host memory, slower, and ranks may share a device");
  schema.field(
      "graphs", config.graphs,
      "on CUDA: work that repeats is recorded once and launched as a whole; off: kernel by kernel, slower for small batches");
  schema.field("deterministic", config.deterministic,
               "on CUDA: only algorithms that give the same bits in every run on devices of one kind, some of them slower");
}

} // namespace radforge
