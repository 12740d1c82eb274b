#include "../../../src/comm/mpi_communicator.hpp"

#include "../../../src/comm/bf16.hpp"
#include "mpi_world.hpp"
#include "radforge/core/error.hpp"

#include <catch2/catch.hpp>

#include <vector>

using namespace radforge;

namespace {

template <class T>
Buffer host(std::vector<T>& values) {
  return buffer_of(std::span(values));
}

} // namespace

TEST_CASE("a NaN on one rank is a NaN for all in bf16") {
  Communicator& world = test_world();
  for (const ReduceOp op : {ReduceOp::sum, ReduceOp::min, ReduceOp::max}) {
    std::uint16_t value = bf16_of_float(1.0F);
    if (world.rank() == world.size() - 1) {
      value = 0x7FC0;
    }
    world.all_reduce({&value, 1, DType::bf16, Place::host}, op);
    CHECK(float_of_bf16(value) != float_of_bf16(value));
  }
}

TEST_CASE("mistakes are found before a message is sent") {
  MpiCommunicator communicator(MPI_COMM_WORLD);
  std::vector<float> values(7);
  std::vector<float> wrong(7 * static_cast<std::size_t>(communicator.size()) + 1);
  CHECK_THROWS_AS(communicator.broadcast(host(values), communicator.size()), InternalError);
  CHECK_THROWS_AS(communicator.all_gather(host(values), host(wrong)), InternalError);
  CHECK_THROWS_AS(communicator.reduce_scatter(host(wrong), host(values), ReduceOp::sum), InternalError);
  Buffer elsewhere = host(values);
  elsewhere.where = Place::cuda;
  CHECK_THROWS_AS(communicator.all_reduce(elsewhere, ReduceOp::sum), InternalError);
  CHECK_THROWS_AS(communicator.start_all_reduce(elsewhere, ReduceOp::sum), InternalError);
}

TEST_CASE("MPI's errors are exceptions with its text") {
  MpiCommunicator communicator(MPI_COMM_WORLD);
  CHECK_THROWS_AS(MpiCommunicator(MPI_COMM_NULL), CommunicationError);
  CHECK_THROWS_WITH(MpiCommunicator(MPI_COMM_NULL), Catch::Contains("MPI_Comm_dup") && Catch::Contains("MPI_ERR_COMM"));
}
