#include "../../../src/comm/ring_reduction.hpp"

#include "../../../src/comm/bf16.hpp"
#include "../../../src/comm/mpi_communicator.hpp"
#include "mpi_world.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <span>
#include <thread>
#include <type_traits>
#include <vector>

using namespace radforge;

namespace {

constexpr ReduceOp kOps[] = {ReduceOp::sum, ReduceOp::min, ReduceOp::max};
/// Fewer than the ranks, below, at and above a piece, and of more pieces than are under way at a time.
constexpr std::size_t kCounts[] = {0, 1, 2, 7, 48, 49, 1023, 2048, 2049, 5003};
/// A few elements a chunk; all of a message in one piece; short messages by MPI.
constexpr RingLimits kLimits[] = {{.chunk_bytes = 32, .least_chunk_bytes = 0},
                                  {.chunk_bytes = 1 << 20, .least_chunk_bytes = 0},
                                  {.chunk_bytes = 256, .least_chunk_bytes = 1024}};

/// As if every rank were on a node of its own.
MpiCommunicator apart(RingLimits ring) { return MpiCommunicator(MPI_COMM_WORLD, {.node_bytes = 0, .ring = ring}); }

template <class T>
std::vector<T> numbers(int rank, std::size_t count) {
  std::vector<T> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = static_cast<T>((i * 7 + static_cast<std::size_t>(rank) * 3) % 50);
  }
  return values;
}

std::vector<float> fractions(int rank, std::size_t count) {
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = 1.0F / static_cast<float>(i * 17 + static_cast<std::size_t>(rank) * 101 + 1);
  }
  return values;
}

/// One piece: chunk c is added from rank c on round the ring.
std::vector<float> added_round_the_ring(int num_ranks, std::size_t count) {
  const auto ranks = static_cast<std::size_t>(num_ranks);
  const std::size_t width = (count + ranks - 1) / ranks;
  std::vector<float> result(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto chunk = static_cast<int>(i / width);
    for (int k = 0; k < num_ranks; ++k) {
      const float value = fractions((chunk + k) % num_ranks, i + 1)[i];
      result[i] = k == 0 ? value : result[i] + value;
    }
  }
  return result;
}

template <class T>
Buffer host(std::vector<T>& values) {
  return buffer_of(std::span(values));
}

template <class T>
std::vector<T> by_mpi(std::vector<T> values, MPI_Datatype type, ReduceOp op) {
  const MPI_Op mpi_op = op == ReduceOp::sum ? MPI_SUM : op == ReduceOp::min ? MPI_MIN : MPI_MAX;
  MPI_Allreduce(MPI_IN_PLACE, values.data(), static_cast<int>(values.size()), type, mpi_op, MPI_COMM_WORLD);
  return values;
}

} // namespace

TEMPLATE_TEST_CASE("a ring reduces what MPI reduces", "", int, float, double) {
  const MPI_Datatype type = std::is_same_v<TestType, int> ? MPI_INT : std::is_same_v<TestType, float> ? MPI_FLOAT : MPI_DOUBLE;
  for (const RingLimits& limits : kLimits) {
    auto ranks = apart(limits);
    for (const std::size_t count : kCounts) {
      for (const ReduceOp op : kOps) {
        const auto expected = by_mpi(numbers<TestType>(ranks.rank(), count), type, op);
        auto values = numbers<TestType>(ranks.rank(), count);
        ranks.all_reduce(host(values), op);
        CHECK(values == expected);
        values = numbers<TestType>(ranks.rank(), count);
        const auto work = ranks.start_all_reduce(host(values), op);
        while (!work->done()) {
          std::this_thread::yield();
        }
        CHECK(values == expected);
      }
    }
  }
}

TEST_CASE("a ring adds each chunk in one order") {
  auto ranks = apart({.chunk_bytes = 1 << 20, .least_chunk_bytes = 0});
  for (const std::size_t count : {std::size_t{1}, std::size_t{49}, std::size_t{500}}) {
    auto values = fractions(ranks.rank(), count);
    ranks.all_reduce(host(values), ReduceOp::sum);
    CHECK(values == added_round_the_ring(ranks.size(), count));
  }
}

TEST_CASE("all ranks hold the same bits of a ring's sum of bf16") {
  auto ranks = apart({.chunk_bytes = 64, .least_chunk_bytes = 0});
  std::vector<std::uint16_t> values(3001);
  const auto fraction = fractions(ranks.rank(), values.size());
  std::ranges::transform(fraction, values.begin(), bf16_of_float);
  ranks.all_reduce({values.data(), values.size(), DType::bf16, Place::host}, ReduceOp::sum);
  auto of_rank_0 = values;
  ranks.broadcast({of_rank_0.data(), of_rank_0.size(), DType::bf16, Place::host}, 0);
  CHECK(values == of_rank_0);
}

TEST_CASE("long and short messages are under way on a ring, and ranks wait for them in their own order") {
  for (const RingLimits& limits : kLimits) {
    auto ranks = apart(limits);
    for (int round = 0; round < 3; ++round) {
      std::vector<std::vector<double>> messages;
      std::vector<std::unique_ptr<Work>> works;
      for (const std::size_t count : kCounts) {
        messages.push_back(numbers<double>(ranks.rank(), count));
      }
      for (auto& message : messages) {
        works.push_back(ranks.start_all_reduce(host(message), ReduceOp::sum));
      }
      for (std::size_t i = 0; i < works.size(); ++i) {
        works[(ranks.rank() + round) % 2 == 0 ? i : works.size() - 1 - i]->wait();
      }
      for (std::size_t i = 0; i < messages.size(); ++i) {
        CHECK(messages[i] == by_mpi(numbers<double>(ranks.rank(), std::data(kCounts)[i]), MPI_DOUBLE, ReduceOp::sum));
      }
    }
  }
}

TEST_CASE("a rank that goes on to other collectives still helps those who wait for a ring's message") {
  auto ranks = apart({.chunk_bytes = 64, .least_chunk_bytes = 0});
  auto values = numbers<float>(ranks.rank(), 5000);
  const auto work = ranks.start_all_reduce(host(values), ReduceOp::sum);
  if (ranks.rank() == 0) {
    work->wait();
  }
  ranks.barrier();
  work->wait();
  CHECK(values == by_mpi(numbers<float>(ranks.rank(), 5000), MPI_FLOAT, ReduceOp::sum));

  auto second = numbers<float>(ranks.rank(), 5000);
  const auto second_work = ranks.start_all_reduce(host(second), ReduceOp::sum);
  int number = ranks.rank();
  ranks.broadcast({&number, 1, DType::i32, Place::host}, ranks.size() - 1);
  CHECK(number == ranks.size() - 1);
  second_work->wait();
  CHECK(second == values);
}

TEST_CASE("a ring's message whose work is dropped is reduced all the same") {
  auto ranks = apart({.chunk_bytes = 64, .least_chunk_bytes = 0});
  auto values = numbers<float>(ranks.rank(), 999);
  ranks.start_all_reduce(host(values), ReduceOp::sum).reset();
  CHECK(values == by_mpi(numbers<float>(ranks.rank(), 999), MPI_FLOAT, ReduceOp::sum));
}
