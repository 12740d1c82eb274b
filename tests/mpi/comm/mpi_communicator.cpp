#include "../../../src/comm/mpi_communicator.hpp"

#include "../../../src/comm/bf16.hpp"
#include "mpi_world.hpp"
#include "radforge/comm/agreement.hpp"
#include "radforge/core/error.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <utility>
#include <vector>

using namespace radforge;

namespace {

template <class T>
Buffer host(std::vector<T>& values) {
  return buffer_of(std::span(values));
}

/// The world with pieces of a few bytes, so that small messages take the ways of large ones; by MPI alone.
MpiCommunicator in_small_pieces() {
  return MpiCommunicator(MPI_COMM_WORLD, {.reduce_bytes = 40, .move_bytes = 24, .node_bytes = 0});
}

template <class T>
std::vector<T> numbers_of_rank(int rank, std::size_t count) {
  std::vector<T> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = static_cast<T>((i * 7 + static_cast<std::size_t>(rank) * 3) % 50);
  }
  return values;
}

template <class T>
std::vector<T> expected_reduction(int num_ranks, std::size_t count, ReduceOp op) {
  auto result = numbers_of_rank<T>(0, count);
  for (int r = 1; r < num_ranks; ++r) {
    const auto other = numbers_of_rank<T>(r, count);
    for (std::size_t i = 0; i < count; ++i) {
      result[i] = op == ReduceOp::sum   ? static_cast<T>(result[i] + other[i])
                  : op == ReduceOp::min ? std::min(result[i], other[i])
                                        : std::max(result[i], other[i]);
    }
  }
  return result;
}

constexpr std::size_t kCounts[] = {0, 1, 9, 10, 11, 57};
constexpr ReduceOp kOps[] = {ReduceOp::sum, ReduceOp::min, ReduceOp::max};

} // namespace

TEMPLATE_TEST_CASE("all_reduce over element types, operations and pieces", "", unsigned char, int, long, float, double) {
  auto small = in_small_pieces();
  for (Communicator* communicator : {&test_world(), static_cast<Communicator*>(&small)}) {
    for (const std::size_t count : kCounts) {
      for (const ReduceOp op : kOps) {
        const auto expected = expected_reduction<TestType>(communicator->size(), count, op);
        auto values = numbers_of_rank<TestType>(communicator->rank(), count);
        communicator->all_reduce(host(values), op);
        CHECK(values == expected);

        values = numbers_of_rank<TestType>(communicator->rank(), count);
        const auto work = communicator->start_all_reduce(host(values), op);
        work->wait();
        CHECK(work->done());
        CHECK(values == expected);
      }
    }
  }
}

TEST_CASE("work is done without wait, and its end waits") {
  auto communicator = in_small_pieces();
  auto values = numbers_of_rank<float>(communicator.rank(), 1000);
  const auto expected = expected_reduction<float>(communicator.size(), 1000, ReduceOp::sum);
  const auto work = communicator.start_all_reduce(host(values), ReduceOp::sum);
  while (!work->done()) {
  }
  CHECK(values == expected);

  values = numbers_of_rank<float>(communicator.rank(), 1000);
  communicator.start_all_reduce(host(values), ReduceOp::sum).reset();
  CHECK(values == expected);
}

TEST_CASE("two reductions under way at a time do not mix") {
  Communicator& world = test_world();
  auto first = numbers_of_rank<float>(world.rank(), 300000);
  auto second = numbers_of_rank<double>(world.rank(), 200000);
  const auto first_work = world.start_all_reduce(host(first), ReduceOp::sum);
  const auto second_work = world.start_all_reduce(host(second), ReduceOp::max);
  second_work->wait();
  first_work->wait();
  CHECK(first == expected_reduction<float>(world.size(), 300000, ReduceOp::sum));
  CHECK(second == expected_reduction<double>(world.size(), 200000, ReduceOp::max));
}

TEST_CASE("all ranks hold the same bits after a sum") {
  Communicator& world = test_world();
  std::vector<float> values(200001);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = 1.0F / static_cast<float>(i * 17 + static_cast<std::size_t>(world.rank()) * 101 + 1);
  }
  world.all_reduce(host(values), ReduceOp::sum);
  const std::string mine(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
  CHECK(broadcast(world, mine) == mine);
}

TEST_CASE("bf16 is reduced in fp32 and rounded to nearest even") {
  Communicator& world = test_world();
  auto small = in_small_pieces();
  for (Communicator* communicator : {&world, static_cast<Communicator*>(&small)}) {
    // A tie between two bf16 numbers goes to the even one: down from 1 + 2^-8, up from 1 + 2^-7 + 2^-8.
    if (world.size() == 2) {
      for (const auto& [number, sum] : {std::pair{0x3F80, 0x3F80}, {0x3F81, 0x3F82}}) {
        std::vector<std::uint16_t> values(77,
                                          world.rank() == 0 ? static_cast<std::uint16_t>(number) : bf16_of_float(0.00390625F));
        communicator->all_reduce({values.data(), values.size(), DType::bf16, Place::host}, ReduceOp::sum);
        CHECK(values == std::vector<std::uint16_t>(77, static_cast<std::uint16_t>(sum)));
      }
    }

    std::vector<std::uint16_t> integers(77, bf16_of_float(static_cast<float>(world.rank() + 1)));
    std::vector<std::uint16_t> least = integers;
    std::vector<std::uint16_t> most = integers;
    communicator->all_reduce({integers.data(), integers.size(), DType::bf16, Place::host}, ReduceOp::sum);
    communicator->all_reduce({least.data(), least.size(), DType::bf16, Place::host}, ReduceOp::min);
    communicator->all_reduce({most.data(), most.size(), DType::bf16, Place::host}, ReduceOp::max);
    const auto num_ranks = static_cast<float>(world.size());
    CHECK(integers == std::vector<std::uint16_t>(77, bf16_of_float(num_ranks * (num_ranks + 1) / 2)));
    CHECK(least == std::vector<std::uint16_t>(77, bf16_of_float(1)));
    CHECK(most == std::vector<std::uint16_t>(77, bf16_of_float(num_ranks)));
  }
}

TEST_CASE("a NaN on one rank is a NaN for all in bf16") {
  Communicator& world = test_world();
  for (const ReduceOp op : kOps) {
    std::uint16_t value = bf16_of_float(1.0F);
    if (world.rank() == world.size() - 1) {
      value = 0x7FC0;
    }
    world.all_reduce({&value, 1, DType::bf16, Place::host}, op);
    CHECK(float_of_bf16(value) != float_of_bf16(value));
  }
}

TEST_CASE("broadcast from every root") {
  auto small = in_small_pieces();
  for (Communicator* communicator : {&test_world(), static_cast<Communicator*>(&small)}) {
    for (int root = 0; root < communicator->size(); ++root) {
      for (const std::size_t count : kCounts) {
        auto values = numbers_of_rank<int>(communicator->rank(), count);
        communicator->broadcast(host(values), root);
        CHECK(values == numbers_of_rank<int>(root, count));
      }
    }
  }
}

TEST_CASE("all_gather, also in place") {
  auto small = in_small_pieces();
  for (Communicator* communicator : {&test_world(), static_cast<Communicator*>(&small)}) {
    for (const std::size_t count : kCounts) {
      auto mine = numbers_of_rank<double>(communicator->rank(), count);
      std::vector<double> expected;
      for (int r = 0; r < communicator->size(); ++r) {
        const auto part = numbers_of_rank<double>(r, count);
        expected.insert(expected.end(), part.begin(), part.end());
      }
      std::vector<double> all(expected.size());
      communicator->all_gather(host(mine), host(all));
      CHECK(all == expected);

      const auto first = static_cast<std::size_t>(communicator->rank()) * count;
      std::fill(all.begin(), all.end(), -1.0);
      std::copy(mine.begin(), mine.end(), all.begin() + static_cast<std::ptrdiff_t>(first));
      communicator->all_gather(host(all).slice(first, count), host(all));
      CHECK(all == expected);
    }
  }
}

TEST_CASE("reduce_scatter, also in place") {
  auto small = in_small_pieces();
  for (Communicator* communicator : {&test_world(), static_cast<Communicator*>(&small)}) {
    for (const std::size_t count : kCounts) {
      for (const ReduceOp op : kOps) {
        const std::size_t total = count * static_cast<std::size_t>(communicator->size());
        const auto first = static_cast<std::size_t>(communicator->rank()) * count;
        const auto reduced = expected_reduction<float>(communicator->size(), total, op);
        const std::vector<float> expected(reduced.begin() + static_cast<std::ptrdiff_t>(first),
                                          reduced.begin() + static_cast<std::ptrdiff_t>(first + count));
        auto in = numbers_of_rank<float>(communicator->rank(), total);
        std::vector<float> out(count);
        communicator->reduce_scatter(host(in), host(out), op);
        CHECK(out == expected);
        CHECK(in == numbers_of_rank<float>(communicator->rank(), total));

        communicator->reduce_scatter(host(in), host(in).slice(first, count), op);
        CHECK(std::equal(expected.begin(), expected.end(), in.begin() + static_cast<std::ptrdiff_t>(first)));
      }
    }
  }
}

TEST_CASE("ranks of one colour are a world of their own, in their order") {
  const int color = test_world().rank() % 2;
  const std::unique_ptr<Communicator> part = test_world().split(color);
  CHECK(part->rank() == test_world().rank() / 2);
  CHECK(part->size() == (test_world().size() + 1 - color) / 2);
  std::vector<double> sum{static_cast<double>(test_world().rank())};
  part->all_reduce(host(sum), ReduceOp::sum);
  double expected = 0;
  for (int rank = color; rank < test_world().size(); rank += 2) {
    expected += rank;
  }
  CHECK(sum[0] == expected);
  test_world().barrier(); // both worlds go on
}

TEST_CASE("messages above the pieces' real size") {
  Communicator& world = test_world();
  const std::size_t count = (std::size_t{3} << 20) + 5;
  auto values = numbers_of_rank<float>(world.rank(), count);
  world.all_reduce(host(values), ReduceOp::sum);
  CHECK(values == expected_reduction<float>(world.size(), count, ReduceOp::sum));
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
