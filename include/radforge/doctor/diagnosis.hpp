#pragma once

#include "radforge/core/error.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace radforge {

enum class Grade { good, warning, bad };

/// What one check of the machine has found.
struct Finding {
  std::string check;
  std::string found;
  Grade grade = Grade::good;
  std::vector<std::string> nodes;      ///< that are to blame; empty: none is, or none alone
  ExitCode code = ExitCode::unhealthy; ///< that a bad finding ends with
};

/// A GPU, or a port that MPI and NCCL can send through, as the operating system sees it.
struct Device {
  std::string name;    ///< "0000:03:00.0", "mlx5_0/1"
  std::string model;   ///< "NVIDIA A100-SXM4-40GB", "200 Gb/sec (4X HDR)"
  int numa_node = -1;  ///< -1: not known
  std::string problem; ///< "", or what is wrong with it
};

/// What is said of a node for scripts.
struct NodeFacts {
  std::string host;
  std::vector<int> ranks;
  int num_cpus = 0; ///< that its ranks may use
  std::int64_t memory_bytes = 0;
  std::vector<Device> gpus;
  std::vector<Device> ports;
  double folder_write_mb_s = 0; ///< with fsync
  double folder_sync_ms = 0;    ///< of a small file
  double rate_gb_s = 0;         ///< of an all-reduce with one other node, the better of its neighbours; 0: there is none
  double clock_offset_s = 0;    ///< against the first node
};

struct Diagnosis {
  std::vector<Finding> findings;
  std::vector<NodeFacts> nodes;

  /// Nodes that a bad finding blames, each once, in the order of `nodes`; none if they are all of them.
  std::vector<std::string> bad_nodes() const;
  /// ok, `unhealthy` if a node is to blame, else the code of the first bad finding.
  ExitCode verdict() const;
};

/// For people: a line a finding, then the verdict.
std::string diagnosis_table(const Diagnosis& diagnosis);
/// For scripts: verdict, exit code, `exclude` (bad nodes as sbatch's --exclude takes them), findings, nodes. Ends in a newline.
std::string diagnosis_json(const Diagnosis& diagnosis);

} // namespace radforge
