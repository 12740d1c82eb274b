// usage: bench_load_weights make FILE GB | load FILE | read FILE
//
// "make" writes a safetensors file of fp32 tensors. "load" reads it into a ParameterSet as a pipeline's weights are read, "read"
// by read(2) into memory of the same kind, both allocated and touched before. Prints bytes, seconds by wall clock and processor
// time as JSON, and for "load" the sum of all elements' bits.
#include "radforge/core/clock.hpp"
#include "radforge/io/safetensors.hpp"
#include "radforge/nn/parameter_set.hpp"
#include "radforge/nn/state_dict.hpp"

#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <deque>
#include <filesystem>
#include <iostream>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace radforge {
namespace {

namespace fs = std::filesystem;

/// Of the size of a large model's: a matrix of 4 MB, then a bias of 4 kB, and so on.
void make_file(const fs::path& path, double gigabytes) {
  constexpr std::int64_t side = 1024;
  std::vector<float> values(side * side + side);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = 1.0F / static_cast<float>(i + 1);
  }
  const std::span<const std::byte> bytes = std::as_bytes(std::span(values));
  std::vector<TensorView> tensors;
  const auto num_layers = static_cast<std::size_t>(gigabytes * 1e9) / bytes.size();
  for (std::size_t i = 0; i < num_layers; ++i) {
    const std::string name = "blocks." + std::to_string(i);
    tensors.push_back({name + ".weight", TensorType::f32, {side, side}, bytes.subspan(0, side * side * sizeof(float))});
    tensors.push_back({name + ".bias", TensorType::f32, {side}, bytes.subspan(side * side * sizeof(float))});
  }
  write_safetensors(path, tensors);
}

class Parameters {
 public:
  explicit Parameters(const fs::path& path) {
    const SafetensorsFile file(path);
    for (const TensorView& view : file.tensors()) {
      set_.add(view.name, view.shape, Init::constant(0), slots_.emplace_back());
    }
    set_.allocate_frozen();
  }
  ParameterSet& set() { return set_; }
  std::span<float> values() { return {set_.flat().mutable_data_ptr<float>(), static_cast<std::size_t>(set_.flat().numel())}; }

 private:
  std::deque<at::Tensor> slots_; // which stay at their address
  ParameterSet set_;
};

void read_whole(const fs::path& path, std::span<std::byte> memory) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  std::size_t done = 0;
  for (ssize_t count = 1; count > 0 && done < memory.size(); done += static_cast<std::size_t>(std::max<ssize_t>(count, 0))) {
    count = ::read(descriptor, memory.data() + done, memory.size() - done);
  }
  ::close(descriptor);
  if (done != memory.size()) {
    throw std::runtime_error(path.string() + " cannot be read in full");
  }
}

nlohmann::json measure(const std::string& mode, const fs::path& path) {
  Parameters parameters(path);
  // The header and the gaps between parameters are within one part in a thousand: as many bytes are read as the memory has.
  const std::size_t num_bytes =
      mode == "read" ? std::min(parameters.values().size_bytes(), fs::file_size(path)) : fs::file_size(path);
  const std::clock_t cpu_begin = std::clock();
  const Stopwatch watch;
  if (mode == "read") {
    read_whole(path, std::as_writable_bytes(parameters.values()).first(num_bytes));
  } else {
    parameters.set().load(parameters.set().flat(), read_state_dict(path));
  }
  nlohmann::json result{{"bytes", num_bytes},
                        {"seconds", watch.seconds()},
                        {"cpu_s", static_cast<double>(std::clock() - cpu_begin) / CLOCKS_PER_SEC}};
  if (mode == "load") {
    std::uint64_t sum = 0;
    for (const float value : parameters.values()) {
      sum += std::bit_cast<std::uint32_t>(value);
    }
    result["sum"] = sum;
  }
  return result;
}

} // namespace
} // namespace radforge

int main(int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "";
  if (!(mode == "make" && argc == 4) && !((mode == "load" || mode == "read") && argc == 3)) {
    std::cerr << "usage: bench_load_weights make FILE GB | load FILE | read FILE\n";
    return 2;
  }
  try {
    if (mode == "make") {
      radforge::make_file(argv[2], std::stod(argv[3]));
    } else {
      std::cout << radforge::measure(mode, argv[2]) << '\n';
    }
  } catch (const std::exception& error) {
    std::cerr << "bench_load_weights: " << error.what() << '\n';
    return 1;
  }
}
