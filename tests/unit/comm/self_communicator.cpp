#include "radforge/comm/communicator.hpp"
#include "radforge/core/error.hpp"

#include <catch2/catch.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <vector>

using namespace radforge;

namespace {
Buffer on_host(std::vector<float>& values) { return buffer_of(std::span(values)); }
} // namespace

TEST_CASE("alone, a reduction and a broadcast change nothing") {
  const auto self = make_self_communicator();
  CHECK(self->rank() == 0);
  CHECK(self->size() == 1);
  std::vector<float> values = {1, 2, 3};
  self->all_reduce(on_host(values), ReduceOp::sum);
  self->broadcast(on_host(values), 0);
  self->barrier();
  const auto work = self->start_all_reduce(on_host(values), ReduceOp::max);
  CHECK(work->done());
  work->wait();
  CHECK(values == std::vector<float>{1, 2, 3});
}

TEST_CASE("alone, gather and scatter copy") {
  const auto self = make_self_communicator();
  std::vector<float> in = {1, 2, 3};
  std::vector<float> gathered(3);
  std::vector<float> scattered(3);
  self->all_gather(on_host(in), on_host(gathered));
  self->reduce_scatter(on_host(in), on_host(scattered), ReduceOp::sum);
  CHECK(gathered == in);
  CHECK(scattered == in);
  self->all_gather(on_host(in), on_host(in));
  CHECK(in == std::vector<float>{1, 2, 3});
}

TEST_CASE("alone, arguments are checked as among many") {
  const auto self = make_self_communicator();
  std::vector<float> three(3);
  std::vector<float> two(2);
  std::vector<double> doubles(3);
  CHECK_THROWS_AS(self->broadcast(on_host(three), 1), InternalError);
  CHECK_THROWS_AS(self->broadcast(on_host(three), -1), InternalError);
  CHECK_THROWS_AS(self->all_gather(on_host(two), on_host(three)), InternalError);
  CHECK_THROWS_AS(self->reduce_scatter(on_host(three), on_host(two), ReduceOp::sum), InternalError);
  CHECK_THROWS_AS(self->all_gather(on_host(three), buffer_of(std::span(doubles))), InternalError);
  Buffer elsewhere = on_host(three);
  elsewhere.where = Place::cuda;
  Buffer there = on_host(two);
  there.where = Place::cuda;
  CHECK_THROWS_AS(self->all_gather(elsewhere.slice(0, 2), there), InternalError);
}

TEST_CASE("alone, abort ends the process with the exit code") {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    make_self_communicator()->abort(75);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 75);
}
