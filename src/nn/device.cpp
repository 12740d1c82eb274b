#include "radforge/nn/device.hpp"

#include "radforge/comm/agreement.hpp"
#include "radforge/core/error.hpp"

#include <ATen/Context.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <map>
#include <utility>

namespace radforge {

void make_current(const at::Device& device); // cuda_device.cpp or no_cuda_device.cpp

namespace {

// A rank's line for the others: fields that hold no tab or line break by what they are.
std::string text_of(const RankDevices& mine) {
  std::string text = fmt::format("{}\t{}\t{}\t{}", mine.node, mine.node_rank, mine.node_size, mine.cuda.why_none);
  for (const CudaDevice& device : mine.cuda.devices) {
    text += fmt::format("\t{}\t{}\t{}", device.name, device.bus_id, device.memory_bytes);
  }
  return text;
}

template <class Number>
Number number_of(const std::string& text) {
  Number value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

RankDevices read_text(const std::string& text) {
  std::vector<std::string> fields(1);
  for (const char letter : text) {
    if (letter == '\t') {
      fields.emplace_back();
    } else {
      fields.back() += letter;
    }
  }
  RankDevices rank{fields[0], number_of<int>(fields[1]), number_of<int>(fields[2]), {.devices = {}, .why_none = fields[3]}};
  for (std::size_t i = 4; i + 2 < fields.size(); i += 3) {
    rank.cuda.devices.push_back({fields[i], fields[i + 1], number_of<std::int64_t>(fields[i + 2])});
  }
  return rank;
}

std::size_t first_without(std::span<const RankDevices> ranks) {
  const auto found = std::ranges::find_if(ranks, [](const RankDevices& rank) { return rank.cuda.devices.empty(); });
  return static_cast<std::size_t>(found - ranks.begin());
}

void refuse_sharing(std::span<const RankDevices> ranks, const std::vector<int>& assigned) {
  std::map<std::pair<std::string, std::string>, std::size_t> taken; // by node and bus
  for (std::size_t r = 0; r < ranks.size(); ++r) {
    const RankDevices& rank = ranks[r];
    const CudaDevice& device = rank.cuda.devices[static_cast<std::size_t>(assigned[r])];
    const auto [place, is_new] = taken.try_emplace({rank.node, device.bus_id}, r);
    if (!is_new) {
      throw CommunicationError(
          "ranks {} and {} of node {} would share a GPU ({} ranks are on the node, and they see {}: NCCL wants one each). Start "
          "as "
          "many ranks a node as it has GPUs (--ntasks-per-node, or mpirun -n), give the job more of them, or let ranks share by "
          "compute.collectives mpi",
          place->second, r, rank.node, rank.node_size, rank.cuda.devices.size());
    }
  }
}

} // namespace

std::vector<int> assign_devices(std::span<const RankDevices> ranks, DeviceWish wish, DeviceSharing sharing) {
  std::vector<int> assigned(ranks.size(), -1);
  const std::size_t without = first_without(ranks);
  const bool none_has = std::ranges::all_of(ranks, [](const RankDevices& rank) { return rank.cuda.devices.empty(); });
  if (wish == DeviceWish::cpu || (wish == DeviceWish::automatic && none_has)) {
    return assigned;
  }
  if (without < ranks.size()) {
    throw CommunicationError("rank {} on node {} has no CUDA device ({}{}). Give every rank one, or set compute.device to cpu",
                             without, ranks[without].node, ranks[without].cuda.why_none,
                             none_has ? "" : ", and other ranks have");
  }
  for (std::size_t r = 0; r < ranks.size(); ++r) {
    assigned[r] = ranks[r].node_rank % static_cast<int>(ranks[r].cuda.devices.size());
  }
  if (sharing == DeviceSharing::refused) {
    refuse_sharing(ranks, assigned);
  }
  return assigned;
}

at::Device choose_device(const RankDevices& mine, DeviceWish wish, DeviceSharing sharing, Communicator& ranks, const Log& log) {
  std::vector<RankDevices> all;
  for (const std::string& text : all_gather(ranks, text_of(mine))) {
    all.push_back(read_text(text));
  }
  std::vector<int> assigned;
  try {
    assigned = assign_devices(all, wish, sharing);
  } catch (CommunicationError& error) { // of all ranks alike
    error.set_agreed();
    throw;
  }
  const int index = assigned[static_cast<std::size_t>(ranks.rank())];
  if (index < 0) {
    if (wish == DeviceWish::automatic) {
      log.info("computing on the CPU ({})", all.front().cuda.why_none);
    }
    return at::kCPU;
  }
  const at::Device device(at::kCUDA, static_cast<c10::DeviceIndex>(index));
  make_current(device);
  const CudaDevice& first = all.front().cuda.devices[static_cast<std::size_t>(assigned.front())];
  log.info("computing on {} x {}", ranks.size(), first.name);
  return device;
}

void set_cuda_numerics(Repeatability repeatability) {
  const bool same_bits = repeatability == Repeatability::same_bits;
  at::Context& context = at::globalContext();
  context.setAllowTF32CuBLAS(false);
  context.setAllowTF32CuDNN(false);
  context.setBenchmarkCuDNN(!same_bits);
  context.setDeterministicCuDNN(same_bits);
  context.setDeterministicAlgorithms(same_bits, /*warn_only=*/false);
  if (same_bits) {
    setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", /*overwrite=*/0); // what cuBLAS's documentation asks for
  }
}

} // namespace radforge
