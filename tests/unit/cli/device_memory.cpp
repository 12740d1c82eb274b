#include "../../../src/cli/device_memory.hpp"

#include "radforge/core/error.hpp"
#include "radforge/nn/layers.hpp"

#include "torch_catch.hpp"

#include <c10/util/Exception.h>

using namespace radforge;

TEST_CASE("a device that is full is told with what fills it and what to do; other errors pass") {
  const auto fill = [] { TORCH_CHECK_WITH(OutOfMemoryError, false, "CUDA out of memory"); };
  CHECK_THROWS_MATCHES(explain_device_memory(at::kCPU, "weights take 3 GiB", "Lower batch_size", fill), CommunicationError,
                       Catch::Predicate<CommunicationError>([](const CommunicationError& error) {
                         return error.what() ==
                                std::string("out of memory on cpu (it is this machine's; weights take 3 GiB). Lower batch_size");
                       }));
  CHECK_THROWS_AS(explain_device_memory(at::kCPU, "", "", [] { throw DataError("no images"); }), DataError);
  int count = 0;
  explain_device_memory(at::kCPU, "", "", [&] { ++count; });
  CHECK(count == 1);
}

TEST_CASE("the memory of a training is counted for the ranks that share it") {
  ParameterSet parameters;
  const Linear layer(ParameterScope(parameters), 1 << 14, 1 << 14, Bias::none); // 1 GiB of fp32
  LoopConfig loop{.batch_size = 48};
  OptimizerConfig optimizer;
  CHECK(memory_of_training(parameters, loop, optimizer, 4) == "weights, gradients, moments and average of 268435456 parameters "
                                                              "take 5.00 GiB of a rank's, activations of 12 images at once "
                                                              "come on top");
  loop.precision = "bf16";
  loop.micro_batch_size = 3;
  optimizer.shard = true;
  CHECK_THAT(memory_of_training(parameters, loop, optimizer, 3),
             Catch::Contains("take 3.50 GiB") && Catch::Contains("of 3 images"));
}
