// usage: bench_prepare_stages SIZE FILE ...
//
// Where the time of `radforge prepare` goes on one thread: milliseconds an image of each stage, printed as JSON.
#include "radforge/core/clock.hpp"
#include "radforge/io/image.hpp"
#include "radforge/io/shard_writer.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <iostream>
#include <iterator>
#include <span>
#include <string>
#include <vector>

namespace radforge {
namespace {

std::vector<std::byte> bytes_of(const char* file) {
  std::ifstream in(file, std::ios::binary);
  std::vector<std::byte> bytes(std::filesystem::file_size(file));
  in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  return bytes;
}

void run(int size, std::span<char*> files) {
  RowPacker packer({.height = size, .width = size, .channels = 1, .findings = {}}, 4);
  double read_s = 0;
  double decode_s = 0;
  double resize_s = 0;
  double pack_s = 0;
  for (const char* file : files) {
    Stopwatch watch;
    const auto lap = [&](double& stage) {
      stage += watch.seconds();
      watch.restart();
    };
    const std::vector<std::byte> bytes = bytes_of(file);
    lap(read_s);
    const Image image = decode_image(bytes, file);
    lap(decode_s);
    Image small = resize(pad_to_square(image), size, size, Filter::lanczos);
    lap(resize_s);
    packer.pack({.pixels = std::move(small.pixels), .source = "bench/x", .patient = "bench/x", .split = "train"});
    lap(pack_s);
  }
  const double ms = 1e3 / static_cast<double>(files.size());
  std::cout << nlohmann::json{{"read", read_s * ms}, {"decode", decode_s * ms}, {"resize", resize_s * ms}, {"pack", pack_s * ms}}
            << '\n';
}

} // namespace
} // namespace radforge

int main(int argc, char** argv) {
  if (argc < 3) {
    std::cerr << "usage: bench_prepare_stages SIZE FILE ...\n";
    return 2;
  }
  try {
    radforge::run(std::stoi(argv[1]), std::span(argv + 2, argv + argc));
  } catch (const std::exception& error) {
    std::cerr << "bench_prepare_stages: " << error.what() << '\n';
    return 1;
  }
}
