#include "shared_counts.hpp"

#include "radforge/core/parallel_for.hpp"

#include <algorithm>
#include <type_traits>

namespace radforge {

namespace {

constexpr std::size_t lanes = GroupRanking::num_lanes;
constexpr std::size_t values_of_counts = sizeof(GroupCounts) / sizeof(double);
static_assert(std::is_trivially_copyable_v<GroupCounts> && values_of_counts * sizeof(double) == sizeof(GroupCounts));

} // namespace

std::vector<std::vector<GroupCounts>> shared_counts(std::size_t count, std::size_t num_groups,
                                                    const std::function<CountsOfLanes(std::size_t first)>& look,
                                                    Communicator& ranks, int num_threads) {
  std::vector<GroupCounts> flat(count * num_groups);
  const auto size = static_cast<std::size_t>(ranks.size());
  const auto rank = static_cast<std::size_t>(ranks.rank());
  const std::size_t num_parts = (count + lanes - 1) / lanes;
  const std::size_t own = (num_parts + size - 1 - rank) / size;
  parallel_for(own, num_threads, [&](int, std::size_t i) {
    const std::size_t first = (rank + i * size) * lanes;
    const CountsOfLanes found = look(first);
    for (std::size_t lane = 0; lane < lanes && first + lane < count; ++lane) {
      std::ranges::copy(found[lane], flat.begin() + static_cast<std::ptrdiff_t>((first + lane) * num_groups));
    }
  });
  if (size > 1 && !flat.empty()) { // what other ranks count is 0 here
    ranks.all_reduce({flat.data(), flat.size() * values_of_counts, DType::f64, Place::host}, ReduceOp::sum);
  }
  std::vector<std::vector<GroupCounts>> counts;
  for (std::size_t i = 0; i < count; ++i) {
    const auto begin = flat.begin() + static_cast<std::ptrdiff_t>(i * num_groups);
    counts.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(num_groups));
  }
  return counts;
}

} // namespace radforge
