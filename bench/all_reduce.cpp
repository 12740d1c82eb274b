// bench_all_reduce ours|buckets|mpi BYTES [TIMES]: under mpirun, seconds of one all-reduce (sum of f32, median over the
// repetitions) as JSON, and a digest of the result. "buckets" starts an all-reduce for each 4 MB, as a training does, and waits
// for all of them.
#include "radforge/comm/communicator.hpp"
#include "radforge/comm/mpi_session.hpp"
#include "radforge/core/clock.hpp"
#include "radforge/core/hash.hpp"

#include <mpi.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <span>
#include <string_view>
#include <vector>

using namespace radforge;

namespace {

std::vector<float> numbers_of(int rank, std::size_t count) {
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = static_cast<float>((i * 7 + static_cast<std::size_t>(rank) * 13) % 101); // sums are exact in any order
  }
  return values;
}

void reduce(Communicator& world, std::string_view side, std::vector<float>& values) {
  const Buffer all = buffer_of(std::span(values));
  if (side == "ours") {
    world.all_reduce(all, ReduceOp::sum);
  } else if (side == "buckets") {
    constexpr std::size_t bucket = 1'000'000; // elements
    std::vector<std::unique_ptr<Work>> works;
    for (std::size_t first = 0; first < all.count; first += bucket) {
      works.push_back(world.start_all_reduce(all.slice(first, std::min(bucket, all.count - first)), ReduceOp::sum));
    }
    for (const auto& work : works) {
      work->wait();
    }
  } else {
    MPI_Allreduce(MPI_IN_PLACE, values.data(), static_cast<int>(values.size()), MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
  }
}

} // namespace

int main(int argc, char** argv) {
  MpiSession session(argc, argv);
  const auto world = session.world();
  if (argc < 3) {
    std::cerr << "bench_all_reduce ours|buckets|mpi BYTES [TIMES]\n";
    return 2;
  }
  const std::string_view side = argv[1];
  const std::size_t num_bytes = std::strtoull(argv[2], nullptr, 10);
  auto values = numbers_of(world->rank(), num_bytes / sizeof(float));
  reduce(*world, side, values);
  const std::string result = digest(std::as_bytes(std::span(values)));

  const std::size_t num_times =
      argc > 3 ? std::strtoull(argv[3], nullptr, 10) : std::clamp<std::size_t>((std::size_t{1} << 30) / num_bytes, 20, 2000);
  std::vector<double> seconds;
  std::fill(values.begin(), values.end(), 0.0F); // sums stay finite
  for (std::size_t i = 0; i < num_times; ++i) {
    world->barrier();
    const Stopwatch watch;
    reduce(*world, side, values);
    seconds.push_back(watch.seconds());
  }
  std::nth_element(seconds.begin(), seconds.begin() + static_cast<std::ptrdiff_t>(num_times / 2), seconds.end());
  if (world->rank() == 0) {
    std::cout << nlohmann::json{{"seconds", seconds[num_times / 2]}, {"digest", result}} << '\n';
  }
  return 0;
}
