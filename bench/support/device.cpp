#include "device.hpp"

#include "radforge/comm/communicator.hpp"
#include "radforge/nn/device.hpp"
#include "radforge/nn/device_rate.hpp"
#include "radforge/nn/precision.hpp"

namespace radforge {

at::Device open_device(const std::string& name) {
  if (name == "cpu") {
    return at::kCPU;
  }
  const auto alone = make_self_communicator();
  const at::Device device =
      choose_device({.node = "here", .cuda = find_cuda_devices()}, DeviceWish::cuda, DeviceSharing::refused, *alone, Log());
  set_cuda_numerics(Repeatability::as_is);
  return device;
}

int warm_up_steps(const at::Device& device) { return device.is_cuda() ? 6 : 2; }

void add_device(nlohmann::json& result, const at::Device& device, const std::string& precision, double flop_per_image) {
  result["flop_per_image"] = flop_per_image;
  result["device_peak_bytes"] = device.is_cuda() ? peak_memory_of(device) : 0;
  result["matmul_flops"] = measure_matmul_rate(scalar_type_of(precision), device);
}

} // namespace radforge
