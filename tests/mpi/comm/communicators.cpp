#include "../../../src/comm/mpi_communicator.hpp"
#include "../../../src/comm/nccl_communicator.hpp"
#include "../../../src/comm/staged_communicator.hpp"
#include "communicator_checks.hpp"
#include "fake_gpu_runtime.hpp"
#include "fake_nccl.hpp"
#include "mpi_world.hpp"
#include "radforge/comm/device_communicator.hpp"
#include "radforge/comm/node_place.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <vector>

using namespace radforge;

namespace {

using Check = void (*)(CommunicatorUnderTest&);

std::shared_ptr<Communicator> world_not_owned() { return {std::shared_ptr<void>(), &test_world()}; }

void check_mpi(Check check) {
  CommunicatorUnderTest subject("MPI", std::make_unique<MpiCommunicator>(MPI_COMM_WORLD));
  INFO(subject.name());
  check(subject);
}

/// Pieces of a few bytes, so that small messages take the ways of large ones, between nodes.
void check_small_pieces(Check check) {
  const MpiLimits small{
      .reduce_bytes = 40, .move_bytes = 24, .node_bytes = 0, .ring = {.chunk_bytes = 16, .least_chunk_bytes = 8}};
  CommunicatorUnderTest subject("MPI in small pieces", std::make_unique<MpiCommunicator>(MPI_COMM_WORLD, small));
  INFO(subject.name());
  check(subject);
}

void check_nccl(Check check) {
  const auto script = std::make_shared<CallScript>();
  const auto runtime = std::make_shared<FakeGpuRuntime>(script);
  const auto library = std::make_shared<FakeNccl>(script, std::make_shared<FakeNcclPlan>());
  {
    CommunicatorUnderTest subject("NCCL without a GPU", runtime, [&](CurrentStream stream) {
      return std::make_unique<NcclCommunicator>(world_not_owned(), runtime, library, NcclOptions{0, std::move(stream)});
    });
    INFO(subject.name());
    check(subject);
  }
  CHECK(library->misuse().empty());
  CHECK(script->count("abort") == 0);
  CHECK(script->count("destroy") == script->count("init"));
}

void check_staged(Check check) {
  const auto runtime = std::make_shared<FakeGpuRuntime>(std::make_shared<CallScript>());
  CommunicatorUnderTest subject("staged without a GPU", runtime, [&](CurrentStream stream) {
    return std::make_unique<StagedCommunicator>(world_not_owned(), runtime, std::move(stream));
  });
  INFO(subject.name());
  check(subject);
}

void check_self(Check check) {
  CommunicatorUnderTest subject("self", make_self_communicator());
  INFO(subject.name());
  check(subject);
}

/// Of messages for which small pieces would take long.
void check_usual_kinds(Check check) {
  check_self(check);
  check_mpi(check);
  check_nccl(check);
  check_staged(check);
}

void check_all_kinds(Check check) {
  check_usual_kinds(check);
  check_small_pieces(check);
}

constexpr Check kChecks[] = {check_reductions, check_large_message, check_works,      check_works_at_a_time, check_same_bits,
                             check_bf16,       check_broadcast,     check_all_gather, check_reduce_scatter,  check_split};

} // namespace

TEST_CASE("all_reduce over element types, operations and sizes") { check_all_kinds(check_reductions); }
TEST_CASE("a message above the size of all pieces") { check_usual_kinds(check_large_message); }
TEST_CASE("works are done without wait, and wait at their end") { check_all_kinds(check_works); }
TEST_CASE("works under way at a time do not mix, whatever the order of waiting") { check_usual_kinds(check_works_at_a_time); }
TEST_CASE("all ranks hold the same bits after a sum") { check_all_kinds(check_same_bits); }
TEST_CASE("bf16 is reduced in fp32 and rounded to nearest even") { check_all_kinds(check_bf16); }
TEST_CASE("broadcast from every root") { check_all_kinds(check_broadcast); }
TEST_CASE("all_gather, also in place") { check_all_kinds(check_all_gather); }
TEST_CASE("reduce_scatter, also in place") { check_all_kinds(check_reduce_scatter); }
TEST_CASE("ranks of one colour are a world of their own, in their order") { check_all_kinds(check_split); }

TEST_CASE("a rank has its place on its node") {
  const NodePlace place = node_place(test_world()); // all on this machine
  CHECK(place.rank == test_world().rank());
  CHECK(place.size == test_world().size());
}

TEST_CASE("the real NCCL keeps the promises of a communicator", "[gpu]") {
  const NodePlace place = node_place(test_world());
  if (num_gpus() < place.size) {
    WARN("not tested: " << place.size << " ranks need as many GPUs, and " << num_gpus() << " were found");
    return;
  }
  const auto runtime = open_gpu_runtime();
  runtime->set_device(place.rank);
  CommunicatorUnderTest subject("NCCL", runtime, [&](CurrentStream stream) {
    return make_nccl_communicator(test_world(), {.device = place.rank, .current_stream = std::move(stream)});
  });
  for (const Check check : kChecks) {
    check(subject);
  }
}

TEST_CASE("the real staged communicator keeps the promises of a communicator", "[gpu]") {
  if (num_gpus() == 0) {
    WARN("not tested: no GPU was found");
    return;
  }
  const auto runtime = open_gpu_runtime();
  runtime->set_device(node_place(test_world()).rank % num_gpus());
  CommunicatorUnderTest subject("staged", runtime,
                                [&](CurrentStream stream) { return make_staged_communicator(test_world(), std::move(stream)); });
  for (const Check check : kChecks) {
    check(subject);
  }
}
