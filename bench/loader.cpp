// usage: bench_loader DATASET THREADS BATCH EPOCHS
//
// Reads EPOCHS + 1 epochs through the Loader, the first one untimed: it is where the digest of ids and pixels is taken. Prints
// one JSON object. "limit_images_per_s" is what one core decompresses when the rows' deflate streams lie in memory.
#include "support/coverage_digest.hpp"
#include "support/decompression_rate.hpp"

#include "radforge/core/clock.hpp"
#include "radforge/data/loader.hpp"

#include <nlohmann/json.hpp>

#include <iostream>
#include <span>
#include <string>
#include <vector>

namespace radforge {
namespace {

std::vector<std::vector<std::uint8_t>> images_of(const Mixture& mixture) {
  std::vector<std::vector<std::uint8_t>> images;
  for (const std::int64_t id : mixture.training().front().ids) {
    mixture.values(id, images.emplace_back(mixture.schema().num_bytes()));
  }
  return images;
}

void add(CoverageDigest& digest, const Batch& batch) {
  const std::size_t bytes = batch.values.size() / batch.turns.size();
  for (std::size_t i = 0; i < batch.turns.size(); ++i) {
    digest.add(batch.turns[i].id, std::span(batch.values).subspan(i * bytes, bytes));
  }
}

void run(const std::string& folder, int num_threads, std::int64_t batch_size, std::int64_t num_epochs) {
  DataConfig config;
  config.sources.push_back({.dataset = folder});
  config.validation_split = "train"; // unused here, but a mixture wants one
  const Mixture mixture(config);
  const auto num_images = static_cast<std::int64_t>(mixture.training().front().ids.size());
  if (num_images % batch_size != 0) {
    throw std::invalid_argument("the batch size does not divide the number of images");
  }
  const std::int64_t steps = num_images / batch_size;
  Loader loader(mixture, Sampler(mixture.training(), batch_size, 1), Augmenter({}, 1),
                {.last_step = steps * (num_epochs + 1), .num_threads = num_threads});
  CoverageDigest digest;
  for (std::int64_t step = 0; step < steps; ++step) {
    add(digest, loader.next());
  }
  std::int64_t count = 0;
  const Stopwatch watch;
  for (std::int64_t step = 0; step < steps * num_epochs; ++step) {
    count += static_cast<std::int64_t>(loader.next().turns.size());
  }
  const double seconds = watch.seconds();
  std::cout << nlohmann::json{{"images", count},
                              {"seconds", seconds},
                              {"digest", digest.value()},
                              {"limit_images_per_s", decompression_rate(images_of(mixture))}}
            << '\n';
}

} // namespace
} // namespace radforge

int main(int argc, char** argv) {
  if (argc != 5) {
    std::cerr << "usage: bench_loader DATASET THREADS BATCH EPOCHS\n";
    return 2;
  }
  try {
    radforge::run(argv[1], std::stoi(argv[2]), std::stoll(argv[3]), std::stoll(argv[4]));
  } catch (const std::exception& error) {
    std::cerr << "bench_loader: " << error.what() << '\n';
    return 1;
  }
}
