// usage: bench_loader DATASET THREADS BATCH EPOCHS
//
// Reads EPOCHS + 1 epochs through the Loader, the first one untimed: it is where the digest of ids and pixels is taken. Prints
// one JSON object. "limit_images_per_s" is what one core decompresses when the rows' deflate streams lie in memory.
#include "radforge/data/loader.hpp"
#include "radforge/core/clock.hpp"

#include <libdeflate.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace radforge {
namespace {

/// Sum over samples of CRC-32 of the id (8 bytes, little-endian) and the pixels: in any order the same.
class CoverageDigest {
 public:
  void add(const Batch& batch) {
    const std::size_t bytes = batch.values.size() / batch.turns.size();
    for (std::size_t i = 0; i < batch.turns.size(); ++i) {
      const std::int64_t id = batch.turns[i].id;
      const std::uint32_t of_id = libdeflate_crc32(0, &id, sizeof(id));
      sum_ += libdeflate_crc32(of_id, batch.values.data() + i * bytes, bytes);
    }
  }
  std::uint64_t value() const { return sum_; }

 private:
  std::uint64_t sum_ = 0;
};

double decompression_rate(const Mixture& mixture, std::size_t bytes) {
  const std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)> compressor(libdeflate_alloc_compressor(4),
                                                                                                 &libdeflate_free_compressor);
  const std::unique_ptr<libdeflate_decompressor, decltype(&libdeflate_free_decompressor)> decompressor(
      libdeflate_alloc_decompressor(), &libdeflate_free_decompressor);
  std::vector<std::uint8_t> pixels(bytes);
  std::vector<std::vector<std::uint8_t>> streams;
  for (const std::int64_t id : mixture.training().front().ids) {
    mixture.values(id, pixels);
    std::vector<std::uint8_t> stream(libdeflate_zlib_compress_bound(compressor.get(), bytes));
    stream.resize(libdeflate_zlib_compress(compressor.get(), pixels.data(), bytes, stream.data(), stream.size()));
    streams.push_back(std::move(stream));
  }
  const Stopwatch watch;
  for (const std::vector<std::uint8_t>& stream : streams) {
    if (libdeflate_zlib_decompress(decompressor.get(), stream.data(), stream.size(), pixels.data(), bytes, nullptr) !=
        LIBDEFLATE_SUCCESS) {
      std::abort();
    }
  }
  return static_cast<double>(streams.size()) / watch.seconds();
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
    digest.add(loader.next());
  }
  std::int64_t count = 0;
  const Stopwatch watch;
  for (std::int64_t step = 0; step < steps * num_epochs; ++step) {
    count += static_cast<std::int64_t>(loader.next().turns.size());
  }
  const double seconds = watch.seconds();
  const DatasetSchema& schema = mixture.schema();
  const auto bytes = static_cast<std::size_t>(schema.height) * static_cast<std::size_t>(schema.width);
  std::cout << nlohmann::json{{"images", count},
                              {"seconds", seconds},
                              {"digest", digest.value()},
                              {"limit_images_per_s", decompression_rate(mixture, bytes)}}
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
