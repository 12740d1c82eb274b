#include "../../../src/comm/staged_communicator.hpp"

#include "fake_gpu_runtime.hpp"
#include "radforge/core/error.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <span>
#include <string>
#include <vector>

using namespace radforge;
using Texts = std::vector<std::string>;

namespace {

Buffer on_device(std::vector<float>& values) { return {values.data(), values.size(), DType::f32, Place::cuda}; }

struct Rig {
  std::shared_ptr<CallScript> script = std::make_shared<CallScript>();
  std::shared_ptr<FakeGpuRuntime> runtime = std::make_shared<FakeGpuRuntime>(script);
  StagedCommunicator ranks{make_self_communicator(), runtime, {}};
};

} // namespace

TEST_CASE("device memory goes over the host and back, each time waited for") {
  Rig rig;
  std::vector<float> values(10);
  rig.ranks.all_reduce(on_device(values), ReduceOp::sum);
  CHECK(rig.script->calls() == Texts{"allocate_host", "copy", "synchronize default", "copy", "synchronize default"});

  rig.script->clear();
  const auto work = rig.ranks.start_all_reduce(on_device(values), ReduceOp::sum);
  CHECK(rig.script->calls() == Texts{"copy", "synchronize default"});
  work->wait();
  work->wait(); // once is enough
  CHECK(work->done());
  CHECK(rig.script->calls() == Texts{"copy", "synchronize default", "copy", "synchronize default"});
}

TEST_CASE("nothing is copied of an empty buffer, nor of host memory") {
  Rig rig;
  std::vector<float> none;
  std::vector<float> three(3);
  rig.ranks.all_reduce(on_device(none), ReduceOp::sum);
  rig.ranks.all_reduce(buffer_of(std::span(three)), ReduceOp::sum);
  CHECK(rig.script->count("copy") == 0);
}

TEST_CASE("a copy that fails is an error of the call") {
  Rig rig;
  std::vector<float> values(3);
  const auto work = rig.ranks.start_all_reduce(on_device(values), ReduceOp::sum);
  rig.script->fail("copy");
  CHECK_THROWS_AS(work->wait(), CommunicationError);
  CHECK_THROWS_AS(rig.ranks.all_reduce(on_device(values), ReduceOp::sum), CommunicationError);
  CHECK_THROWS_AS(rig.ranks.broadcast(on_device(values), 0), CommunicationError);
}

TEST_CASE("wrong arguments are found as by every communicator") {
  Rig rig;
  std::vector<float> three(3);
  std::vector<float> two(2);
  CHECK_THROWS_AS(rig.ranks.broadcast(on_device(three), 1), InternalError);
  CHECK_THROWS_AS(rig.ranks.all_gather(on_device(two), on_device(three)), InternalError);
  CHECK_THROWS_AS(rig.ranks.reduce_scatter(on_device(three), on_device(two), ReduceOp::sum), InternalError);
}
