#include "nccl_rig.hpp"

#include <chrono>
#include <thread>

using namespace radforge;
using Catch::Contains;

TEST_CASE("an asynchronous error is found while nobody calls") {
  NcclRig rig;
  rig.open();
  rig.plan->stuck_collective = 2;
  rig.ranks->all_reduce(on_device(rig.values), ReduceOp::sum);
  rig.runtime->synchronize(rig.compute.get());
  rig.ranks->all_reduce(on_device(rig.values), ReduceOp::min);
  rig.plan->error_after = 2;
  const Stopwatch waiting;
  while (rig.script->count("abort") == 0 && waiting.seconds() < 20) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  CHECK_THAT(rig.failure(),
             Contains("NCCL failed on rank 0 in collective 2, all-reduce (min, 12 bytes of f32) (NCCL's background"));
  rig.runtime->synchronize(rig.compute.get()); // the abort ended what the stream waited for
  CHECK(rig.script->count("abort") == 1);
}

TEST_CASE("an error between collectives is found too") {
  NcclRig rig;
  rig.open();
  rig.ranks->all_reduce(on_device(rig.values), ReduceOp::sum);
  rig.runtime->synchronize(rig.compute.get());
  rig.plan->error_after = 1;
  CHECK_THAT(rig.failure(), Contains("NCCL failed on rank 0 after collective 1 ("));
}

TEST_CASE("a collective that does not end is aborted after its deadline and told by number, kind and size") {
  NcclRig rig(0.3);
  rig.plan->stuck_collective = 2;
  rig.open();
  const Stopwatch waiting;
  rig.ranks->all_reduce(on_device(rig.values), ReduceOp::sum);
  rig.ranks->broadcast(on_device(rig.values), 0);
  rig.ranks->all_reduce(on_device(rig.values), ReduceOp::max);
  rig.runtime->synchronize(rig.compute.get());
  CHECK(waiting.seconds() >= 0.3);
  CHECK_THAT(rig.failure(), Contains("collective 2 of NCCL, broadcast (12 bytes of f32 from rank 0), has not ended on rank 0 for "
                                     "0.3 s (another rank did not come to it"));
  rig.ranks.reset();
  CHECK(rig.script->count("abort") == 1);
}

TEST_CASE("collectives that end in time are not overdue, however many") {
  NcclRig rig(1.5);
  rig.open();
  const Stopwatch running;
  while (running.seconds() < 2) {
    rig.ranks->all_reduce(on_device(rig.values), ReduceOp::sum);
  }
  rig.runtime->synchronize(rig.compute.get());
  CHECK_NOTHROW(rig.ranks->barrier());
}

TEST_CASE("the monitor is not inside NCCL beside the caller") {
  NcclRig rig;
  rig.open();
  rig.plan->call_takes_ms = 10;
  for (int i = 0; i < 15; ++i) { // more than half a second, nearly all of it inside NCCL
    rig.ranks->all_reduce(on_device(rig.values), ReduceOp::sum);
  }
  CHECK(rig.library->misuse().empty());
}

TEST_CASE("NCCL that hangs in the hand-over of a collective is overdue too") {
  NcclRig rig(0.3);
  rig.open();
  rig.plan->never_ready = true;
  CHECK_THROWS_WITH(rig.ranks->all_reduce(on_device(rig.values), ReduceOp::sum), Contains("collective 1") && Contains("0.3 s"));
  CHECK(rig.script->count("abort") == 1);
}

TEST_CASE("an abort that hangs holds up neither the error nor the end") {
  NcclRig rig(0.3);
  rig.plan->stuck_collective = 1;
  rig.plan->abort_hangs = true;
  rig.open();
  rig.ranks->all_reduce(on_device(rig.values), ReduceOp::sum);
  const Stopwatch waiting;
  CHECK_THAT(rig.failure(), Contains("has not ended"));
  CHECK(waiting.seconds() < 4);
  rig.ranks.reset();
  CHECK(waiting.seconds() < 15);
}
