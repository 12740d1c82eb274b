#include "radforge/comm/device_communicator.hpp"

#include "radforge/core/error.hpp"

#include <catch2/catch.hpp>

using namespace radforge;

TEST_CASE("without a GPU, communicators of device memory say why there are none") {
  if (num_gpus() > 0) {
    WARN("not run: there is a GPU");
    return;
  }
  const auto self = make_self_communicator();
  try {
    make_nccl_communicator(*self, {});
    FAIL("NCCL without a GPU");
  } catch (const ConfigError& error) {
    CHECK_THAT(error.what(), Catch::Contains("this build has no CUDA"));
    CHECK_THROWS_WITH(make_staged_communicator(*self, {}), Catch::Contains("this build has no CUDA"));
  } catch (const CommunicationError& error) { // a build with CUDA
    CHECK_THAT(error.what(), Catch::Contains("GPU 0 cannot be used (cudaSetDevice failed"));
  }
}
