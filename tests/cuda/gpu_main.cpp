// The same tests on a GPU, whose memory the hardware protects and nobody counts the reads of.
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

#include "backend.hpp"

#include "radforge/nn/device.hpp"

#include <iostream>

namespace radforge {

DeviceAccess::DeviceAccess() = default;
DeviceAccess::~DeviceAccess() = default;

std::int64_t num_host_reads() { return 0; }

} // namespace radforge

int main(int argc, char** argv) {
  using namespace radforge;
  Catch::Session session;
  if (const int code = session.applyCommandLine(argc, argv); code != 0) {
    return code;
  }
  const Catch::Config& config = session.config();
  if (!config.listTests() && !config.listTestNamesOnly() && !config.listTags() && !config.listReporters()) {
    const CudaDevices found = find_cuda_devices();
    if (found.devices.empty()) {
      std::cout << "not tested: no GPU (" << found.why_none << ")\n";
      return 0;
    }
    const auto alone = make_self_communicator();
    choose_device({.node = "here", .cuda = found}, DeviceWish::cuda, DeviceSharing::refused, *alone, Log());
    set_cuda_numerics(Repeatability::as_is);
  }
  return session.run();
}
