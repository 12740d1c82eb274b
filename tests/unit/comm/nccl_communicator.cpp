#include "nccl_rig.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace radforge;
using Catch::Contains;
using Texts = std::vector<std::string>;

TEST_CASE("a collective of NCCL waits for the caller's stream, which waits for its end, and the host for nothing") {
  NcclRig rig;
  rig.open();
  const auto work = rig.ranks->start_all_reduce(on_device(rig.values), ReduceOp::sum);
  CHECK(rig.script->calls() ==
        Texts{"record e1 on s1", "make_wait s2 for e1", "all_reduce on s2", "create_event", "record e2 on s2"});
  rig.script->clear();
  work->wait();
  work->wait(); // once is enough
  CHECK(rig.script->calls() == Texts{"make_wait s1 for e2"});

  rig.script->clear();
  rig.ranks->broadcast(on_device(rig.values), 0);
  CHECK(rig.script->calls() == Texts{"record e1 on s1", "make_wait s2 for e1", "broadcast on s2", "create_event",
                                     "record e3 on s2", "make_wait s1 for e3"});
}

TEST_CASE("nothing is sent of an empty buffer, which keeps its place in the order") {
  NcclRig rig;
  rig.open();
  std::vector<float> none;
  rig.ranks->all_reduce(on_device(none), ReduceOp::sum);
  CHECK(rig.script->count("all_reduce") == 0);
  CHECK(rig.script->count("make_wait") == 2);
}

TEST_CASE("a collective reads what the caller's stream computes before it, however late") {
  NcclRig rig;
  rig.open();
  static_cast<FakeStream*>(rig.compute.get())->push([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    rig.values.assign(3, 7);
  });
  rig.ranks->all_gather(on_device(rig.values), on_device(rig.others));
  CHECK(rig.script->count("synchronize") == 0);
  rig.runtime->synchronize(rig.compute.get());
  CHECK(rig.others == std::vector<float>(3, 7));
}

TEST_CASE("work says when it is really done") {
  NcclRig rig;
  rig.options.end_deadline_s = 0.3;
  rig.plan->stuck_collective = 1;
  rig.open();
  const auto work = rig.ranks->start_all_reduce(on_device(rig.values), ReduceOp::sum);
  CHECK_FALSE(work->done());
  work->wait(); // does not block
  CHECK_FALSE(work->done());
}

TEST_CASE("host memory goes to the communicator below, and wrong arguments nowhere") {
  NcclRig rig;
  rig.open();
  std::vector<float> three(3, 1);
  std::vector<float> two(2);
  rig.ranks->all_reduce(buffer_of(std::span(three)), ReduceOp::sum);
  rig.ranks->start_all_reduce(buffer_of(std::span(three)), ReduceOp::sum)->wait();
  rig.ranks->broadcast(buffer_of(std::span(three)), 0);
  CHECK_THROWS_AS(rig.ranks->broadcast(on_device(three), 1), InternalError);
  CHECK_THROWS_AS(rig.ranks->all_gather(on_device(two), on_device(three)), InternalError);
  CHECK_THROWS_AS(rig.ranks->reduce_scatter(on_device(three), on_device(two), ReduceOp::sum), InternalError);
  CHECK_THROWS_AS(rig.ranks->all_gather(on_device(three), buffer_of(std::span(three))), InternalError);
  CHECK(rig.script->calls().empty());
}

TEST_CASE("an asynchronous error aborts once, and every later call tells it") {
  NcclRig rig;
  rig.plan->error_after = 2;
  rig.plan->stuck_collective = 1;
  rig.plan->num_busy_looks = 0;
  rig.open();
  const auto work = rig.ranks->start_all_reduce(on_device(rig.values), ReduceOp::sum);
  // Found by this thread or the monitor's, whoever looks first.
  CHECK_THROWS_WITH(rig.ranks->start_all_reduce(on_device(rig.values), ReduceOp::max),
                    Contains("on rank 0") && Contains("started all-reduce (") &&
                        Contains("(NCCL's background work failed (as told)): look for"));
  const std::string text = rig.failure();
  CHECK_THROWS_WITH(work->wait(), text);
  CHECK_THROWS_WITH(work->done(), text);
  CHECK_THROWS_WITH(rig.ranks->all_reduce(on_device(rig.values), ReduceOp::sum), text);
  CHECK_THROWS_WITH(rig.ranks->all_reduce(buffer_of(std::span(rig.values)), ReduceOp::sum), text);
  CHECK_THROWS_WITH(rig.ranks->start_all_reduce(buffer_of(std::span(rig.values)), ReduceOp::sum), text);
  CHECK_THROWS_WITH(rig.ranks->broadcast(on_device(rig.values), 0), text);
  CHECK_THROWS_WITH(rig.ranks->all_gather(on_device(rig.values), on_device(rig.values)), text);
  CHECK_THROWS_WITH(rig.ranks->reduce_scatter(on_device(rig.values), on_device(rig.values), ReduceOp::sum), text);
  CHECK_THROWS_WITH(rig.ranks->split(0), text);
  rig.ranks.reset();
  CHECK(rig.script->count("abort") == 1);
  CHECK(rig.script->count("finalize") == 0);
}

TEST_CASE("a failing call of a collective aborts and names the call") {
  const std::string call = GENERATE(as<std::string>(), "record", "make_wait", "create_event", "all_reduce", "broadcast",
                                    "all_gather", "reduce_scatter");
  NcclRig rig;
  rig.open();
  rig.script->fail(call);
  const auto use_all = [&] {
    rig.ranks->all_reduce(on_device(rig.values), ReduceOp::sum);
    rig.ranks->broadcast(on_device(rig.values), 0);
    rig.ranks->all_gather(on_device(rig.values), on_device(rig.others));
    rig.ranks->reduce_scatter(on_device(rig.values), on_device(rig.others), ReduceOp::sum);
  };
  CHECK_THROWS_WITH(use_all(), Contains("failed on rank 0 (" + call + " failed (as told)): look for"));
  CHECK_THROWS_AS(rig.ranks->barrier(), CommunicationError);
  CHECK(rig.script->count("abort") == 1);
}

TEST_CASE("waiting that fails is a failure of the communicator") {
  NcclRig rig;
  rig.open();
  const auto work = rig.ranks->start_all_reduce(on_device(rig.values), ReduceOp::sum);
  rig.script->fail("make_wait");
  CHECK_THROWS_WITH(work->wait(), Contains("waiting for a collective of NCCL failed (make_wait failed (as told)): resume"));
  CHECK_THROWS_WITH(rig.ranks->barrier(), Contains("waiting for"));
  CHECK(rig.script->count("abort") == 1);
}

TEST_CASE("the end finalizes and destroys, in this order, once all is done") {
  NcclRig rig;
  rig.open();
  rig.ranks->all_reduce(on_device(rig.values), ReduceOp::sum);
  rig.script->clear();
  rig.ranks.reset();
  CHECK(rig.script->calls() == Texts{"finalize", "destroy"});
}

TEST_CASE("the end aborts when finalizing fails or takes too long, or an exception passes") {
  NcclRig rig;
  SECTION("it fails") {
    rig.open();
    rig.script->fail("finalize");
    rig.ranks.reset();
  }
  SECTION("it takes too long") {
    rig.plan->stuck_collective = 1;
    rig.options.end_deadline_s = 0.3;
    rig.open();
    rig.ranks->all_reduce(on_device(rig.values), ReduceOp::sum);
    rig.ranks.reset();
    rig.runtime->synchronize(rig.compute.get());
  }
  SECTION("an exception passes") {
    const auto work = [&] {
      const NcclCommunicator ranks(make_self_communicator(), rig.runtime, rig.library, rig.options);
      throw std::runtime_error("another one");
    };
    CHECK_THROWS_WITH(work(), "another one");
    CHECK(rig.script->count("finalize") == 0);
  }
  CHECK(rig.script->count("abort") == 1);
  CHECK(rig.script->count("destroy") == 0);
}

TEST_CASE("the end of the world is that of the communicator below, with its exit code") {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    NcclRig rig;
    rig.plan->stuck_collective = 1;
    rig.open();
    rig.ranks->all_reduce(on_device(rig.values), ReduceOp::sum);
    rig.ranks->abort(75);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 75);
}

TEST_CASE("work outlives its communicator") {
  NcclRig rig;
  rig.open();
  const auto work = rig.ranks->start_all_reduce(on_device(rig.values), ReduceOp::sum);
  rig.ranks.reset();
  work->wait();
  CHECK(work->done());
}
