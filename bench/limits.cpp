// usage: bench_limits copy|pass BYTES THREADS | disk FOLDER BYTES
//
// What this machine does when it does nothing else. "copy": each thread copies BYTES in memory, all at once, again and again;
// "pass": each reads and writes BYTES where they are. Bytes are those of all threads, seconds the median of the repetitions.
// "disk": a file in FOLDER of BYTES that nothing compresses, written and synced. Prints bytes and seconds as JSON.
#include "radforge/core/clock.hpp"
#include "radforge/core/file_descriptor.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <barrier>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <random>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace radforge {
namespace {

namespace fs = std::filesystem;

void add_one(std::span<float> values) {
  for (float& value : values) {
    value += 1;
  }
}

nlohmann::json memory(const std::string& mode, std::size_t num_bytes, std::size_t num_threads) {
  const std::size_t count = num_bytes / sizeof(float);
  std::vector<double> seconds(std::clamp<std::size_t>((std::size_t{1} << 30) / num_bytes, 20, 2000));
  std::vector<std::vector<float>> sources(num_threads);
  std::vector<std::vector<float>> targets(num_threads);
  std::barrier together(static_cast<std::ptrdiff_t>(num_threads));
  const auto work = [&](std::size_t thread) {
    sources[thread].assign(mode == "copy" ? count : 0, 42.0F); // by the thread that uses it: its node's memory
    targets[thread].assign(count, 0.0F);
    for (std::size_t i = 0; i < seconds.size(); ++i) {
      together.arrive_and_wait();
      const Stopwatch watch;
      if (mode == "copy") {
        std::memcpy(targets[thread].data(), sources[thread].data(), count * sizeof(float));
      } else {
        add_one(targets[thread]);
      }
      together.arrive_and_wait();
      if (thread == 0) {
        seconds[i] = watch.seconds();
      }
    }
  };
  std::vector<std::jthread> threads;
  for (std::size_t thread = 1; thread < num_threads; ++thread) {
    threads.emplace_back(work, thread);
  }
  work(0);
  const auto middle = seconds.begin() + std::ssize(seconds) / 2;
  std::nth_element(seconds.begin(), middle, seconds.end());
  return {{"bytes", count * sizeof(float) * num_threads}, {"seconds", *middle}};
}

nlohmann::json disk(const fs::path& folder, std::size_t num_bytes) {
  std::vector<std::uint64_t> numbers(std::size_t{1} << 17);
  std::generate(numbers.begin(), numbers.end(), std::mt19937_64(1));
  const std::span<const std::byte> piece = std::as_bytes(std::span(numbers)); // 1 MiB
  FileDescriptor file = FileDescriptor::create_unique(folder / "limit");
  const Stopwatch watch;
  for (std::size_t done = 0; done < num_bytes; done += piece.size()) {
    file.write(piece.first(std::min(piece.size(), num_bytes - done)));
  }
  file.sync();
  const double seconds = watch.seconds();
  fs::remove(file.path());
  return {{"bytes", num_bytes}, {"seconds", seconds}};
}

} // namespace
} // namespace radforge

int main(int argc, char** argv) {
  const std::string mode = argc == 4 ? argv[1] : "";
  if (mode != "copy" && mode != "pass" && mode != "disk") {
    std::cerr << "usage: bench_limits copy|pass BYTES THREADS | disk FOLDER BYTES\n";
    return 2;
  }
  try {
    std::cout << (mode == "disk" ? radforge::disk(argv[2], std::stoull(argv[3]))
                                 : radforge::memory(mode, std::stoull(argv[2]), std::max(1ULL, std::stoull(argv[3]))))
              << '\n';
  } catch (const std::exception& error) {
    std::cerr << "bench_limits: " << error.what() << '\n';
    return 1;
  }
}
