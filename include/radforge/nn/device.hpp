#pragma once

#include "radforge/comm/communicator.hpp"
#include "radforge/core/log.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace radforge {

/// A device of CUDA, as its driver tells.
struct CudaDevice {
  std::string name;   ///< "NVIDIA H100 80GB HBM3"
  std::string bus_id; ///< "0000:3B:00.0": which device of the node it is, whatever CUDA_VISIBLE_DEVICES hides
  std::int64_t memory_bytes = 0;
};

/// What CUDA shows this process.
struct CudaDevices {
  std::vector<CudaDevice> devices;
  std::string
      why_none; ///< "this program was built without CUDA", "no driver of NVIDIA is installed", ...; empty where there is one
};

/// Of this process. The first call starts CUDA where there is a driver; it does not fail.
CudaDevices find_cuda_devices();

/// What a rank has, for the choice that all make.
struct RankDevices {
  std::string node;  ///< alike on all ranks of a node
  int node_rank = 0; ///< among all ranks that the launcher started on the node
  int node_size = 1;
  CudaDevices cuda;
};

enum class DeviceWish { automatic, cpu, cuda };

/// Whether ranks may have one device together, which NCCL does not know.
enum class DeviceSharing { refused, allowed };

/// The number of each rank's device among those that it sees, or -1 for the CPU: the same list on every rank. Where a node's
/// ranks all see the node's devices, each takes that of its place on the node; where a launcher shows each its own, that. Errors:
/// CommunicationError where CUDA is wished for and a rank has no device, where some ranks have one and some not, and where ranks
/// would share one that is not to be shared.
std::vector<int> assign_devices(std::span<const RankDevices> ranks, DeviceWish wish, DeviceSharing sharing);

/// The device of this rank, made current for this thread, with a stream of its own; the log says what it is, and where the CPU is
/// taken, why. Collective over `ranks`; `mine` as CUDA and the launcher show it to this rank. Errors: as assign_devices(), on
/// every rank.
at::Device choose_device(const RankDevices& mine, DeviceWish wish, DeviceSharing sharing, Communicator& ranks, const Log& log);

/// Whether CUDA's libraries may choose algorithms by their speed, whose sums come in another order each time.
enum class Repeatability { as_is, same_bits };

/// How CUDA computes in this process from now on. Products of fp32 are of fp32 and not of TF32 in both, so that they are those of
/// the CPU. Before the first product: cuBLAS takes its workspace then.
void set_cuda_numerics(Repeatability repeatability);

/// Bytes of a device's memory.
struct DeviceMemory {
  std::int64_t free = 0;
  std::int64_t total = 0;
};

/// Of a CUDA device. Errors: CommunicationError.
DeviceMemory memory_of(const at::Device& device);

/// Bytes that tensors of this process have taken at most, on a CUDA device.
std::int64_t peak_memory_of(const at::Device& device);

/// The stream (cudaStream_t) that the calling thread computes on, on a CUDA device.
void* current_stream(const at::Device& device);

/// Waits until the device has done all that was asked of it; of the CPU nothing. Errors: CommunicationError.
void synchronize(const at::Device& device);

} // namespace radforge
