#pragma once

#include <string>

namespace radforge {

class Schema;

/// Where the models of a command compute.
struct ComputeConfig {
  std::string device = "auto";      ///< "cpu", "cuda", or "auto": CUDA where every rank has a device
  std::string collectives = "auto"; ///< between ranks on CUDA: NCCL, or "mpi" through host memory
  bool graphs = true;               ///< of CUDA: work that repeats is recorded once and launched as a whole
  bool deterministic = false;       ///< of CUDA: the same bits in every run on devices of one kind
};

void describe(Schema& schema, ComputeConfig& config);

} // namespace radforge
