#include "radforge/nn/device.hpp"

#include "radforge/core/error.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace radforge;

namespace {

CudaDevices devices(const std::vector<std::string>& bus_ids) {
  CudaDevices found;
  for (const std::string& bus_id : bus_ids) {
    found.devices.push_back({"a card", bus_id, 1 << 30});
  }
  return found;
}

CudaDevices none() { return {.devices = {}, .why_none = "no driver of NVIDIA is installed"}; }

std::string error_of(const std::vector<RankDevices>& ranks, DeviceWish wish, DeviceSharing sharing = DeviceSharing::refused) {
  try {
    assign_devices(ranks, wish, sharing);
  } catch (const CommunicationError& error) {
    return error.what();
  }
  return "";
}

} // namespace

TEST_CASE("ranks that see all devices of their node take that of their place on it") {
  const CudaDevices four = devices({"0000:01", "0000:02", "0000:03", "0000:04"});
  std::vector<RankDevices> ranks;
  for (const std::string& node : {"n1", "n2"}) {
    for (int place = 0; place < 4; ++place) {
      ranks.push_back({node, place, 4, four});
    }
  }
  CHECK(assign_devices(ranks, DeviceWish::automatic, DeviceSharing::refused) == std::vector{0, 1, 2, 3, 0, 1, 2, 3});
}

TEST_CASE("ranks that are shown one device each take it") {
  const std::vector<RankDevices> ranks{
      {"n1", 0, 3, devices({"0000:01"})}, {"n1", 1, 3, devices({"0000:02"})}, {"n1", 2, 3, devices({"0000:03"})}};
  CHECK(assign_devices(ranks, DeviceWish::cuda, DeviceSharing::refused) == std::vector{0, 0, 0});
}

TEST_CASE("more ranks than devices on a node are refused, unless they may share") {
  const CudaDevices two = devices({"0000:01", "0000:02"});
  const std::vector<RankDevices> ranks{{"n1", 0, 3, two}, {"n1", 1, 3, two}, {"n1", 2, 3, two}};
  const std::string text = error_of(ranks, DeviceWish::automatic);
  CHECK_THAT(text, Catch::Contains("ranks 0 and 2 of node n1 would share a GPU"));
  CHECK_THAT(text, Catch::Contains("3 ranks are on the node, and they see 2"));
  CHECK_THAT(text, Catch::Contains("--ntasks-per-node") && Catch::Contains("compute.collectives mpi"));
  CHECK(assign_devices(ranks, DeviceWish::automatic, DeviceSharing::allowed) == std::vector{0, 1, 0});
}

TEST_CASE("one device that every rank is shown is told from one each") {
  const std::vector<RankDevices> ranks{{"n1", 0, 2, devices({"0000:01"})}, {"n1", 1, 2, devices({"0000:01"})}};
  CHECK_THAT(error_of(ranks, DeviceWish::cuda), Catch::Contains("would share a GPU"));
  const std::vector<RankDevices> apart{{"n1", 0, 1, devices({"0000:01"})}, {"n2", 0, 1, devices({"0000:01"})}};
  CHECK(error_of(apart, DeviceWish::cuda).empty());
}

TEST_CASE("without any device the CPU is taken, unless CUDA was wished for") {
  const std::vector<RankDevices> ranks{{"n1", 0, 2, none()}, {"n1", 1, 2, none()}};
  CHECK(assign_devices(ranks, DeviceWish::automatic, DeviceSharing::refused) == std::vector{-1, -1});
  CHECK(error_of(ranks, DeviceWish::cuda) ==
        "rank 0 on node n1 has no CUDA device (no driver of NVIDIA is installed). Give every rank one, or set compute.device to "
        "cpu");
}

TEST_CASE("the CPU is taken where it is wished for, devices or not") {
  const std::vector<RankDevices> ranks{{"n1", 0, 1, devices({"0000:01"})}};
  CHECK(assign_devices(ranks, DeviceWish::cpu, DeviceSharing::refused) == std::vector{-1});
}

TEST_CASE("ranks with and without a device do not compute together") {
  const std::vector<RankDevices> ranks{{"n1", 0, 1, devices({"0000:01"})}, {"n2", 0, 1, none()}};
  CHECK_THAT(error_of(ranks, DeviceWish::automatic),
             Catch::Contains("rank 1 on node n2 has no CUDA device") && Catch::Contains("other ranks have"));
}

TEST_CASE("a process says which devices it has, or why none") {
  const CudaDevices found = find_cuda_devices();
  CHECK(found.devices.empty() != found.why_none.empty());
  for (const CudaDevice& device : found.devices) {
    CHECK(device.memory_bytes > 0);
    CHECK_FALSE(device.bus_id.empty());
  }
}
