#include "communicator_checks.hpp"

#include "../../../src/comm/bf16.hpp"
#include "placed_values.hpp"
#include "radforge/comm/agreement.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace radforge {

namespace {

constexpr std::size_t kCounts[] = {0, 1, 9, 10, 11, 57};
constexpr ReduceOp kOps[] = {ReduceOp::sum, ReduceOp::min, ReduceOp::max};

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

template <class T>
std::vector<T> part_of(const std::vector<T>& whole, std::size_t part, std::size_t count) {
  const auto first = whole.begin() + static_cast<std::ptrdiff_t>(part * count);
  return {first, first + static_cast<std::ptrdiff_t>(count)};
}

template <class T>
void check_reductions_of(CommunicatorUnderTest& subject, Place where) {
  Communicator& ranks = subject.ranks();
  for (const std::size_t count : kCounts) {
    for (const ReduceOp op : kOps) {
      const auto expected = expected_reduction<T>(ranks.size(), count, op);
      PlacedValues<T> values(subject, where, numbers_of_rank<T>(ranks.rank(), count));
      ranks.all_reduce(values.buffer(), op);
      CHECK(values.get() == expected);

      PlacedValues<T> started(subject, where, numbers_of_rank<T>(ranks.rank(), count));
      const auto work = ranks.start_all_reduce(started.buffer(), op);
      work->wait();
      CHECK(started.get() == expected);
      CHECK(work->done());
    }
  }
}

} // namespace

void check_reductions(CommunicatorUnderTest& subject) {
  for (const Place where : subject.places()) {
    check_reductions_of<unsigned char>(subject, where);
    check_reductions_of<int>(subject, where);
    check_reductions_of<long>(subject, where);
    check_reductions_of<float>(subject, where);
    check_reductions_of<double>(subject, where);
  }
}

void check_large_message(CommunicatorUnderTest& subject) {
  Communicator& ranks = subject.ranks();
  const std::size_t count = (std::size_t{3} << 20) + 5; // above the size of all pieces
  for (const Place where : subject.places()) {
    PlacedValues<float> values(subject, where, numbers_of_rank<float>(ranks.rank(), count));
    ranks.all_reduce(values.buffer(), ReduceOp::sum);
    CHECK(values.get() == expected_reduction<float>(ranks.size(), count, ReduceOp::sum));
  }
}

void check_works(CommunicatorUnderTest& subject) {
  Communicator& ranks = subject.ranks();
  for (const Place where : subject.places()) {
    const auto sum = expected_reduction<float>(ranks.size(), 1000, ReduceOp::sum);
    { // done without wait
      PlacedValues<float> values(subject, where, numbers_of_rank<float>(ranks.rank(), 1000));
      const auto work = ranks.start_all_reduce(values.buffer(), ReduceOp::sum);
      while (!work->done()) {
      }
      CHECK(values.get() == sum);
    }
    { // its end waits
      PlacedValues<float> values(subject, where, numbers_of_rank<float>(ranks.rank(), 1000));
      ranks.start_all_reduce(values.buffer(), ReduceOp::sum).reset();
      CHECK(values.get() == sum);
    }
  }
}

void check_works_at_a_time(CommunicatorUnderTest& subject) {
  Communicator& ranks = subject.ranks();
  for (const Place where : subject.places()) {
    PlacedValues<float> first(subject, where, numbers_of_rank<float>(ranks.rank(), 300000));
    PlacedValues<double> second(subject, Place::host, numbers_of_rank<double>(ranks.rank(), 200000));
    PlacedValues<int> third(subject, where, numbers_of_rank<int>(ranks.rank(), 100001));
    const auto first_work = ranks.start_all_reduce(first.buffer(), ReduceOp::sum);
    const auto second_work = ranks.start_all_reduce(second.buffer(), ReduceOp::max);
    const auto third_work = ranks.start_all_reduce(third.buffer(), ReduceOp::min);
    third_work->wait();
    second_work->wait();
    first_work->wait();
    CHECK(first.get() == expected_reduction<float>(ranks.size(), 300000, ReduceOp::sum));
    CHECK(second.get() == expected_reduction<double>(ranks.size(), 200000, ReduceOp::max));
    CHECK(third.get() == expected_reduction<int>(ranks.size(), 100001, ReduceOp::min));
  }
}

void check_same_bits(CommunicatorUnderTest& subject) {
  Communicator& ranks = subject.ranks();
  for (const Place where : subject.places()) {
    std::vector<float> numbers(200001);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      numbers[i] = 1.0F / static_cast<float>(i * 17 + static_cast<std::size_t>(ranks.rank()) * 101 + 1);
    }
    PlacedValues<float> values(subject, where, std::move(numbers));
    ranks.all_reduce(values.buffer(), ReduceOp::sum);
    const auto reduced = values.get();
    const std::string mine(reinterpret_cast<const char*>(reduced.data()), reduced.size() * sizeof(float));
    CHECK(broadcast(ranks, mine) == mine);
  }
}

void check_bf16(CommunicatorUnderTest& subject) {
  Communicator& ranks = subject.ranks();
  using Values = PlacedValues<std::uint16_t>;
  using Bits = std::vector<std::uint16_t>;
  const auto num_ranks = static_cast<float>(ranks.size());
  for (const Place where : subject.places()) {
    // A tie between two bf16 numbers goes to the even one: down from 1 + 2^-8, up from 1 + 2^-7 + 2^-8.
    if (ranks.size() == 2) {
      for (const auto& [number, sum] : {std::pair<std::uint16_t, std::uint16_t>{0x3F80, 0x3F80}, {0x3F81, 0x3F82}}) {
        Values values(subject, where, Bits(77, ranks.rank() == 0 ? number : bf16_of_float(0.00390625F)), DType::bf16);
        ranks.all_reduce(values.buffer(), ReduceOp::sum);
        CHECK(values.get() == Bits(77, sum));
      }
    }
    for (const auto& [op, expected] :
         {std::pair{ReduceOp::sum, num_ranks * (num_ranks + 1) / 2}, {ReduceOp::min, 1.0F}, {ReduceOp::max, num_ranks}}) {
      Values values(subject, where, Bits(77, bf16_of_float(static_cast<float>(ranks.rank() + 1))), DType::bf16);
      ranks.all_reduce(values.buffer(), op);
      CHECK(values.get() == Bits(77, bf16_of_float(expected)));
    }
  }
}

void check_broadcast(CommunicatorUnderTest& subject) {
  Communicator& ranks = subject.ranks();
  for (const Place where : subject.places()) {
    for (int root = 0; root < ranks.size(); ++root) {
      for (const std::size_t count : kCounts) {
        PlacedValues<int> values(subject, where, numbers_of_rank<int>(ranks.rank(), count));
        ranks.broadcast(values.buffer(), root);
        CHECK(values.get() == numbers_of_rank<int>(root, count));
      }
    }
  }
}

void check_all_gather(CommunicatorUnderTest& subject) {
  Communicator& ranks = subject.ranks();
  for (const Place where : subject.places()) {
    for (const std::size_t count : kCounts) {
      const auto numbers = numbers_of_rank<double>(ranks.rank(), count);
      std::vector<double> expected;
      for (int r = 0; r < ranks.size(); ++r) {
        const auto part = numbers_of_rank<double>(r, count);
        expected.insert(expected.end(), part.begin(), part.end());
      }
      PlacedValues<double> mine(subject, where, numbers);
      PlacedValues<double> all(subject, where, std::vector<double>(expected.size(), -1.0));
      ranks.all_gather(mine.buffer(), all.buffer());
      CHECK(all.get() == expected);

      const auto first = static_cast<std::size_t>(ranks.rank()) * count;
      std::vector<double> only_mine(expected.size(), -1.0);
      std::copy(numbers.begin(), numbers.end(), only_mine.begin() + static_cast<std::ptrdiff_t>(first));
      PlacedValues<double> in_place(subject, where, only_mine);
      ranks.all_gather(in_place.buffer().slice(first, count), in_place.buffer());
      CHECK(in_place.get() == expected);
    }
  }
}

void check_reduce_scatter(CommunicatorUnderTest& subject) {
  Communicator& ranks = subject.ranks();
  const auto rank = static_cast<std::size_t>(ranks.rank());
  for (const Place where : subject.places()) {
    for (const std::size_t count : kCounts) {
      for (const ReduceOp op : kOps) {
        const std::size_t total = count * static_cast<std::size_t>(ranks.size());
        const auto expected = part_of(expected_reduction<float>(ranks.size(), total, op), rank, count);
        PlacedValues<float> in(subject, where, numbers_of_rank<float>(ranks.rank(), total));
        PlacedValues<float> out(subject, where, std::vector<float>(count));
        ranks.reduce_scatter(in.buffer(), out.buffer(), op);
        CHECK(out.get() == expected);
        CHECK(in.get() == numbers_of_rank<float>(ranks.rank(), total));

        ranks.reduce_scatter(in.buffer(), in.buffer().slice(rank * count, count), op);
        CHECK(part_of(in.get(), rank, count) == expected);
      }
    }
  }
}

void check_split(CommunicatorUnderTest& subject) {
  Communicator& ranks = subject.ranks();
  const int color = ranks.rank() % 2;
  const std::unique_ptr<Communicator> part = ranks.split(color);
  CHECK(part->rank() == ranks.rank() / 2);
  CHECK(part->size() == (ranks.size() + 1 - color) / 2);
  double expected = 0;
  for (int rank = color; rank < ranks.size(); rank += 2) {
    expected += rank;
  }
  for (const Place where : subject.places()) {
    PlacedValues<double> sum(subject, where, {static_cast<double>(ranks.rank())});
    part->all_reduce(sum.buffer(), ReduceOp::sum);
    CHECK(sum.get() == std::vector<double>{expected});
  }
  ranks.barrier(); // both worlds go on
}

} // namespace radforge
