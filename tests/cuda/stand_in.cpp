#include "backend.hpp"

#include "radforge/nn/device_graph.hpp"

#include "torch_catch.hpp"

#include <ATen/ops/equal.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/ones.h>
#include <c10/util/Exception.h>

#include <sys/wait.h>
#include <unistd.h>

using namespace radforge;

namespace {

at::Tensor ones_on_cuda() { return at::ones({2, 3}, at::TensorOptions(at::kFloat).device(at::kCUDA)); }

/// How a child process ended that did this.
int signal_of(const std::function<void()>& work) {
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGSEGV, SIG_DFL);
    work();
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

} // namespace

TEST_CASE("the stand-in for CUDA computes, and tells what CUDA would refuse") {
  const at::Tensor x = ones_on_cuda();
  CHECK(x.is_cuda());
  CHECK(x.add(1).sum().item<double>() == 12);
  CHECK(at::equal(x.t().contiguous().to(at::kCPU), at::ones({3, 2})));
  CHECK_THROWS_WITH(x.add(at::ones({2, 3})), Catch::Contains("on the same device"));
  CHECK_NOTHROW(x.add(at::ones({})));
}

TEST_CASE("memory of the stand-in is out of the host's reach") {
  const at::Tensor x = ones_on_cuda();
  const volatile float* values = x.const_data_ptr<float>();
  CHECK(signal_of([&] { static_cast<void>(values[0]); }) == SIGSEGV);
  CHECK(signal_of([&] {
          const DeviceAccess access;
          static_cast<void>(values[0]);
        }) == 0);
}

TEST_CASE("the stand-in does not do what it records, and records nothing that the host waits for or copies there") {
  const at::Tensor x = ones_on_cuda();
  DeviceGraph graph([&] { x.add_(1); });
  CHECK(x.sum().item<double>() == 6);
  graph.launch();
  CHECK(x.sum().item<double>() == 12);
  CHECK_THROWS_AS(DeviceGraph([&] { static_cast<void>(x.sum().item<double>()); }), c10::Error);
  CHECK_THROWS_AS(DeviceGraph([&] { x.copy_(at::ones({2, 3})); }), c10::Error);
  CHECK(x.sum().item<double>() == 12);
}
