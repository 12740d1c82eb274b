#include "../../../src/comm/node_reduction.hpp"

#include "../../../src/comm/bf16.hpp"
#include "../../../src/comm/mpi_communicator.hpp"
#include "mpi_world.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <limits>
#include <span>
#include <thread>
#include <vector>

using namespace radforge;

namespace {

constexpr ReduceOp kOps[] = {ReduceOp::sum, ReduceOp::min, ReduceOp::max};
/// Below, at and above a piece, and of many pieces.
constexpr std::size_t kCounts[] = {0, 1, 7, 48, 49, 1023, 2048, 2049, 5003};
/// So small that one message takes every place of the window several times; more than what every rank reduces for itself.
constexpr std::size_t kSmallPieces = 192;
constexpr std::size_t kPieces = 8192;

MpiCommunicator in_pieces(std::size_t node_bytes) { return MpiCommunicator(MPI_COMM_WORLD, {.node_bytes = node_bytes}); }
MpiCommunicator by_mpi() { return MpiCommunicator(MPI_COMM_WORLD, {.node_bytes = 0}); }

template <class T>
std::vector<T> numbers(int rank, std::size_t count) {
  std::vector<T> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = static_cast<T>((i * 7 + static_cast<std::size_t>(rank) * 3) % 50);
  }
  return values;
}

template <class T>
Buffer host(std::vector<T>& values) {
  return buffer_of(std::span(values));
}
Buffer bf16(std::vector<std::uint16_t>& values) { return {values.data(), values.size(), DType::bf16, Place::host}; }

std::vector<float> fractions(int rank, std::size_t count) {
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = 1.0F / static_cast<float>(i * 17 + static_cast<std::size_t>(rank) * 101 + 1);
  }
  return values;
}

std::vector<float> added_in_rank_order(int num_ranks, std::size_t count) {
  auto result = fractions(0, count);
  for (int r = 1; r < num_ranks; ++r) {
    const auto other = fractions(r, count);
    for (std::size_t i = 0; i < count; ++i) {
      result[i] += other[i];
    }
  }
  return result;
}

} // namespace

TEMPLATE_TEST_CASE("a node reduces what MPI reduces", "", unsigned char, int, long, float, double) {
  auto mpi = by_mpi();
  for (const std::size_t node_bytes : {kSmallPieces, kPieces, std::size_t{65536}}) {
    auto node = in_pieces(node_bytes);
    for (const std::size_t count : kCounts) {
      for (const ReduceOp op : kOps) {
        auto expected = numbers<TestType>(mpi.rank(), count);
        mpi.all_reduce(host(expected), op);
        auto values = numbers<TestType>(node.rank(), count);
        node.all_reduce(host(values), op);
        CHECK(values == expected);
        values = numbers<TestType>(node.rank(), count);
        const auto work = node.start_all_reduce(host(values), op);
        while (!work->done()) {
          std::this_thread::yield();
        }
        CHECK(values == expected);
      }
    }
  }
}

TEST_CASE("a node adds in rank order, whatever the pieces") {
  for (const std::size_t node_bytes : {kSmallPieces, kPieces, std::size_t{65536}}) {
    auto node = in_pieces(node_bytes);
    for (const std::size_t count : kCounts) {
      auto values = fractions(node.rank(), count);
      node.all_reduce(host(values), ReduceOp::sum);
      CHECK(values == added_in_rank_order(node.size(), count));
    }
  }
}

TEST_CASE("a node reduces bf16 in fp32 and rounds once") {
  for (const std::size_t node_bytes : {kSmallPieces, kPieces}) {
    auto node = in_pieces(node_bytes);
    std::vector<std::uint16_t> values(3001);
    std::vector<std::uint16_t> expected(3001);
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = bf16_of_float(static_cast<float>(node.rank() + 1) * 0.01F * static_cast<float>(i % 100));
      float sum = 0;
      for (int r = 0; r < node.size(); ++r) {
        const float part = float_of_bf16(bf16_of_float(static_cast<float>(r + 1) * 0.01F * static_cast<float>(i % 100)));
        sum = r == 0 ? part : sum + part;
      }
      expected[i] = bf16_of_float(sum);
    }
    node.all_reduce(bf16(values), ReduceOp::sum);
    CHECK(values == expected);

    std::vector<std::uint16_t> one(100,
                                   bf16_of_float(node.rank() == node.size() - 1 ? std::numeric_limits<float>::quiet_NaN() : 1));
    node.all_reduce(bf16(one), ReduceOp::min);
    CHECK(float_of_bf16(one[50]) != float_of_bf16(one[50]));
    std::vector<std::uint16_t> most(100, bf16_of_float(static_cast<float>(-node.rank())));
    node.all_reduce(bf16(most), ReduceOp::max);
    CHECK(float_of_bf16(most[99]) == 0);
  }
}

TEST_CASE("a NaN of any rank reaches all through a node") {
  auto node = in_pieces(65536);
  for (const ReduceOp op : kOps) {
    std::vector<double> values(10, node.rank() == 0 ? std::numeric_limits<double>::quiet_NaN() : 1.0);
    node.all_reduce(host(values), op);
    CHECK(values[9] != values[9]);
  }
}

TEST_CASE("many messages of a node are under way, and ranks wait for them in their own order") {
  for (const std::size_t node_bytes : {kSmallPieces, kPieces}) {
    auto node = in_pieces(node_bytes);
    for (int round = 0; round < 3; ++round) {
      std::vector<std::vector<float>> messages;
      std::vector<std::unique_ptr<Work>> works;
      for (const std::size_t count : kCounts) {
        messages.push_back(fractions(node.rank(), count));
      }
      for (auto& message : messages) {
        works.push_back(node.start_all_reduce(host(message), ReduceOp::sum));
      }
      for (std::size_t i = 0; i < works.size(); ++i) {
        works[(node.rank() + round) % 2 == 0 ? i : works.size() - 1 - i]->wait();
      }
      for (std::size_t i = 0; i < messages.size(); ++i) {
        CHECK(messages[i] == added_in_rank_order(node.size(), std::data(kCounts)[i]));
      }
    }
  }
}

TEST_CASE("a rank that goes on to other collectives still helps those who wait for a node's message") {
  auto node = in_pieces(kSmallPieces);
  auto values = fractions(node.rank(), 5000);
  const auto work = node.start_all_reduce(host(values), ReduceOp::sum);
  if (node.rank() == 0) {
    work->wait();
  }
  node.barrier();
  work->wait();
  CHECK(values == added_in_rank_order(node.size(), 5000));

  auto second = fractions(node.rank(), 5000);
  const auto second_work = node.start_all_reduce(host(second), ReduceOp::sum);
  int number = node.rank();
  node.broadcast({&number, 1, DType::i32, Place::host}, node.size() - 1);
  CHECK(number == node.size() - 1);
  second_work->wait();
  CHECK(second == added_in_rank_order(node.size(), 5000));
}

TEST_CASE("starting a message of a node does not wait for the others") {
  auto node = in_pieces(kSmallPieces);
  auto values = fractions(node.rank(), 5003);
  if (node.rank() == node.size() - 1) { // late
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
  auto work = node.start_all_reduce(host(values), ReduceOp::sum);
  const bool early = node.rank() != node.size() - 1 && work->done();
  work.reset();
  CHECK(values == added_in_rank_order(node.size(), 5003));
  CHECK_FALSE(early);
}

TEST_CASE("a message outlives its communicator") {
  auto values = fractions(test_world().rank(), 5000);
  std::unique_ptr<Work> work;
  {
    auto node = in_pieces(kSmallPieces);
    work = node.start_all_reduce(host(values), ReduceOp::sum);
    node.barrier();
  }
  work->wait();
  CHECK(values == added_in_rank_order(test_world().size(), 5000));
}

TEST_CASE("there is no reduction of a node where ranks are on several") {
  auto mpi = by_mpi();
  CHECK(NodeReduction::create(mpi, 64) != nullptr);
  if (mpi.size() > 1) {
    CHECK(NodeReduction::create(mpi, 64, 1) == nullptr);
    CHECK((NodeReduction::create(mpi, 64, 2) == nullptr) == (mpi.size() > 2));
  }
}
