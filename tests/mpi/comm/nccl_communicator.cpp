#include "../../../src/comm/nccl_communicator.hpp"

#include "fake_gpu_runtime.hpp"
#include "fake_nccl.hpp"
#include "mpi_world.hpp"
#include "radforge/comm/agreement.hpp"
#include "radforge/core/clock.hpp"
#include "radforge/core/error.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace radforge;
using Catch::Contains;

namespace {

/// This rank's fake GPU and NCCL. Deadlines are short, and long enough for a machine with much else to do.
struct Rig {
  std::unique_ptr<NcclCommunicator> open() {
    NcclOptions options;
    options.current_stream = [this] { return compute.get(); };
    options.start_deadline_s = start_deadline_s;
    options.collective_deadline_s = 3;
    options.end_deadline_s = 1;
    const std::shared_ptr<Communicator> control(std::shared_ptr<void>(), &test_world());
    return std::make_unique<NcclCommunicator>(control, runtime, library, options);
  }

  /// The text of an error that all ranks agreed on, the same everywhere.
  std::string agreed_failure() {
    std::string text = "none";
    try {
      open();
    } catch (const CommunicationError& error) {
      text = error.what();
      CHECK((error.agreed() || test_world().size() == 1));
    }
    CHECK(broadcast(test_world(), text) == text);
    CHECK(library->misuse().empty());
    return text;
  }

  std::vector<float> values = std::vector<float>(100); ///< outlive what is done with them
  double start_deadline_s = 30;
  std::shared_ptr<CallScript> script = std::make_shared<CallScript>();
  std::shared_ptr<FakeNcclPlan> plan = std::make_shared<FakeNcclPlan>();
  std::shared_ptr<FakeGpuRuntime> runtime = std::make_shared<FakeGpuRuntime>(script);
  std::shared_ptr<FakeNccl> library = std::make_shared<FakeNccl>(script, plan);
  GpuStream compute{runtime};
};

int last_rank() { return test_world().size() - 1; }
bool is_last() { return test_world().rank() == last_rank(); }

Buffer on_device(std::vector<float>& values) { return {values.data(), values.size(), DType::f32, Place::cuda}; }

/// Makes collectives until one fails, and gives its text.
std::string run_until_failure(Rig& rig, Communicator& ranks) {
  const Stopwatch running;
  while (running.seconds() < 30) {
    try {
      ranks.start_all_reduce(on_device(rig.values), ReduceOp::sum)->wait();
    } catch (const CommunicationError& error) {
      return error.what();
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return "none";
}

} // namespace

TEST_CASE("unlike versions of NCCL end all ranks with one message") {
  if (test_world().size() == 1) {
    return;
  }
  Rig rig;
  rig.plan->version = is_last() ? "2.27.1" : "2.28.9";
  const std::string text = rig.agreed_failure();
  CHECK_THAT(text, Contains("2.27.1 on rank " + std::to_string(last_rank())));
  CHECK_THAT(text, Contains("2.28.9 on rank"));
  CHECK(rig.script->count("init") == 0);
}

TEST_CASE("a rank whose set-up fails ends the set-up of all ranks, with its reason") {
  Rig rig;
  long num_aborts = is_last() ? 0 : 1;
  SECTION("its GPU") {
    num_aborts = 0;
    if (is_last()) {
      rig.script->fail("create_event");
    }
    CHECK_THAT(rig.agreed_failure(), Contains("GPU 0 cannot be used (create_event failed (as told))"));
  }
  SECTION("at once") {
    if (is_last()) {
      rig.script->fail("init");
    }
    CHECK_THAT(rig.agreed_failure(), Contains("init failed (as told)"));
  }
  SECTION("later") {
    num_aborts = 1;
    rig.start_deadline_s = 1;
    rig.plan->error_in_set_up = is_last();
    rig.plan->never_ready = !is_last(); // as NCCL, which waits for the one that failed
    CHECK_THAT(rig.agreed_failure(), Contains("background work failed (as told)"));
  }
  SECTION("by its deadline") {
    num_aborts = 1;
    rig.start_deadline_s = 1;
    rig.plan->never_ready = is_last();
    CHECK_THAT(rig.agreed_failure(), Contains("not ready after 1 s"));
  }
  CHECK(rig.script->count("abort") == num_aborts);
}

TEST_CASE("an asynchronous error of one rank ends as an abort on every rank") {
  Rig rig;
  if (is_last()) {
    rig.plan->error_after = 5;
  }
  auto ranks = rig.open();
  const std::string text = run_until_failure(rig, *ranks);
  if (is_last()) {
    CHECK_THAT(text, Contains("on rank " + std::to_string(last_rank())) && Contains("background work failed"));
  } else { // they wait for it
    CHECK_THAT(text, Contains("has not ended on rank " + std::to_string(test_world().rank()) + " for 3 s"));
  }
  CHECK_THROWS_AS(ranks->barrier(), CommunicationError);
  ranks.reset();
  CHECK(rig.script->count("abort") == 1);
  CHECK(rig.script->count("finalize") == 0);
  CHECK(rig.library->misuse().empty());
}

TEST_CASE("a rank that leaves by an exception does not keep the others") {
  Rig rig;
  const auto leave = [&] {
    const auto ranks = rig.open();
    if (is_last()) {
      throw std::runtime_error("left");
    }
  };
  const Stopwatch leaving;
  if (is_last()) {
    CHECK_THROWS_WITH(leave(), "left");
  } else {
    CHECK_NOTHROW(leave());
  }
  CHECK(leaving.seconds() < 20);
  CHECK(rig.script->count("abort") == 1);
  CHECK(rig.library->misuse().empty());
}

TEST_CASE("a communicator of some ranks fails alone") {
  Rig rig;
  auto ranks = rig.open();
  auto part = ranks->split(is_last() ? 1 : 0);
  if (is_last()) { // alone: a collective of one rank that never ends
    rig.plan->stuck_collective = 1;
    CHECK_THAT(run_until_failure(rig, *part), Contains("has not ended"));
    rig.plan->stuck_collective = 0;
  }
  test_world().barrier();
  rig.values.assign(100, 1);
  ranks->all_reduce(on_device(rig.values), ReduceOp::sum);
  rig.runtime->synchronize(rig.compute.get());
  CHECK(rig.values == std::vector<float>(100, static_cast<float>(test_world().size())));
}
