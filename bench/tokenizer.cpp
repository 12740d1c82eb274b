// usage: bench_tokenizer FOLDER PROMPTS IDS
//
// Encodes the lines of PROMPTS by the tokenizer in FOLDER on one thread, and writes all ids to IDS, 4 bytes each, little-endian.
// Prints prompts and seconds of the encoding as JSON.
#include "radforge/core/clock.hpp"
#include "radforge/models/clip_tokenizer.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

namespace radforge {
namespace {

nlohmann::json run(const std::string& folder, const std::string& prompts, const std::string& out) {
  std::vector<std::string> lines;
  std::ifstream file(prompts);
  for (std::string line; std::getline(file, line);) {
    lines.push_back(line);
  }
  const ClipTokenizer tokenizer(folder);
  std::vector<std::int32_t> ids;
  ids.reserve(lines.size() * static_cast<std::size_t>(tokenizer.max_length()));
  const Stopwatch watch;
  for (const std::string& line : lines) {
    const std::vector<std::int64_t> encoded = tokenizer.encode(line);
    ids.insert(ids.end(), encoded.begin(), encoded.end());
  }
  const double seconds = watch.seconds();
  std::ofstream(out, std::ios::binary)
      .write(reinterpret_cast<const char*>(ids.data()), static_cast<std::streamsize>(ids.size() * sizeof(std::int32_t)));
  return {{"prompts", lines.size()}, {"seconds", seconds}};
}

} // namespace
} // namespace radforge

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: bench_tokenizer FOLDER PROMPTS IDS\n";
    return 2;
  }
  try {
    std::cout << radforge::run(argv[1], argv[2], argv[3]) << '\n';
  } catch (const std::exception& error) {
    std::cerr << "bench_tokenizer: " << error.what() << '\n';
    return 1;
  }
}
