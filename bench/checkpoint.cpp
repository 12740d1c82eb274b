// usage: bench_checkpoint run FOLDER MEGABYTES | limits FOLDER MEGABYTES
//
// "run", alone or under mpirun, saves a training state of MEGABYTES (weights, two moments and their average) by the Checkpointer
// and loads it, as a run does: twice, and the second time counts. While the first set is written the state changes, and what was
// loaded must be what was saved. Prints as JSON the seconds of the stall, of the whole save and of the load, of the slowest rank,
// and the sum of all elements' bits. "limits": seconds of write(2) and fsync(2), read(2) and memcpy(3) of as many bytes.
#include "radforge/comm/mpi_session.hpp"
#include "radforge/core/clock.hpp"
#include "radforge/core/file_descriptor.hpp"
#include "radforge/core/file_system.hpp"
#include "radforge/nn/parameter_set.hpp"
#include "radforge/train/checkpoint_set.hpp"
#include "radforge/train/checkpointer.hpp"

#include <ATen/ops/zeros.h>
#include <nlohmann/json.hpp>

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
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

constexpr int num_buffers = 4;

/// The state that every rank holds: a matrix of 4 MB, then a bias of 4 kB, and so on.
class State {
 public:
  explicit State(std::int64_t num_bytes) {
    constexpr std::int64_t side = 1024;
    const std::int64_t num_layers = num_bytes / num_buffers / static_cast<std::int64_t>(sizeof(float)) / (side * side + side);
    for (std::int64_t i = 0; i < num_layers; ++i) {
      const std::string name = "blocks." + std::to_string(i);
      layout_.add(name + ".weight", {side, side}, Init::constant(0), slots_.emplace_back());
      layout_.add(name + ".bias", {side}, Init::constant(0), slots_.emplace_back());
    }
    layout_.allocate_frozen();
    buffers_[0] = layout_.flat();
    for (int kind = 1; kind < num_buffers; ++kind) {
      buffers_.at(kind) = at::zeros({layout_.flat().numel()});
    }
  }

  ParameterSet& layout() { return layout_; }
  TrainState all() {
    return {buffers_[0], {0, layout_.flat().numel()}, buffers_[1], buffers_[2], buffers_[3], {}, std::span<double>()};
  }
  /// Numbers that peers/checkpoint.py makes as well.
  void set(std::int64_t step) {
    for_each(step, [](float& value, float wanted) { value = wanted; });
  }
  void clear() {
    for (at::Tensor& buffer : buffers_) {
      buffer.zero_();
    }
  }
  /// Errors: std::runtime_error unless all is as set() left it. The sum of the bits.
  std::uint64_t check(std::int64_t step) {
    bool equal = true;
    std::uint64_t sum = 0;
    for_each(step, [&](const float& value, float wanted) {
      equal = equal && value == wanted;
      sum += std::bit_cast<std::uint32_t>(value);
    });
    if (!equal) {
      throw std::runtime_error("what was loaded is not what was saved");
    }
    return sum;
  }

 private:
  template <class Function>
  void for_each(std::int64_t step, const Function& function) {
    for (int kind = 0; kind < num_buffers; ++kind) {
      auto* values = buffers_.at(kind).mutable_data_ptr<float>();
      std::int64_t index = 0;
      for (const ParameterSet::Entry& entry : layout_.entries()) {
        const std::int64_t first = 1009 * index++ + 10007 * kind + 100003 * step;
        for (std::int64_t i = 0; i < entry.count; ++i) {
          function(values[entry.offset + i], static_cast<float>((first + i) % (1 << 20)));
        }
      }
    }
  }

  std::deque<at::Tensor> slots_; // which stay at their address
  ParameterSet layout_;
  std::array<at::Tensor, num_buffers> buffers_;
};

/// Seconds of a save and of its load.
struct Times {
  double stall_s = 0;
  double save_s = 0;
  double load_s = 0;
};

void save(Communicator& ranks, Checkpointer& checkpointer, State& state, std::int64_t step, bool changes, Times& times) {
  ranks.barrier();
  const Stopwatch watch;
  if (ranks.rank() == 0) {
    checkpointer.begin(step, state.all());
  }
  ranks.barrier();
  checkpointer.write(step, state.all());
  times.stall_s = watch.seconds();
  if (changes) {
    state.clear();
  }
  checkpointer.join();
  ranks.barrier();
  if (ranks.rank() == 0) {
    checkpointer.publish();
    checkpointer.join();
  }
  ranks.barrier();
  times.save_s = watch.seconds();
}

void load(Communicator& ranks, const fs::path& folder, State& state, std::int64_t step, Times& times) {
  state.clear();
  ranks.barrier();
  const Stopwatch watch;
  const CheckpointSet set(folder, step, CheckpointSet::read_manifest(folder, step));
  set.verify(ranks.rank(), ranks.size(), 1);
  ranks.barrier();
  set.load(state.all(), state.layout(), 1);
  ranks.barrier();
  times.load_s = watch.seconds();
}

nlohmann::json run(Communicator& ranks, const fs::path& folder, std::int64_t num_bytes) {
  FileSystem system;
  State state(num_bytes);
  Checkpointer checkpointer(folder, {.rank = ranks.rank(), .num_ranks = ranks.size(), .origin = {}}, state.layout(), system);
  Times times;
  std::uint64_t sum = 0;
  for (const std::int64_t step : {1, 2}) {
    state.set(step);
    save(ranks, checkpointer, state, step, step == 1, times);
    load(ranks, folder, state, step, times);
    sum = state.check(step);
  }
  std::array<double, 3> slowest{times.stall_s, times.save_s, times.load_s};
  ranks.all_reduce(buffer_of(std::span<double>(slowest)), ReduceOp::max);
  return {{"stall_s", slowest[0]}, {"save_s", slowest[1]}, {"load_s", slowest[2]}, {"sum", sum}};
}

nlohmann::json limits(const fs::path& folder, std::int64_t num_bytes) {
  std::vector<std::byte> memory(static_cast<std::size_t>(num_bytes), std::byte{42});
  std::vector<std::byte> copy(memory.size(), std::byte{1});
  nlohmann::json result;
  Stopwatch watch;
  std::memcpy(copy.data(), memory.data(), memory.size());
  result["memcpy_s"] = watch.seconds();
  const fs::path path = folder / "limit";
  watch.restart();
  FileDescriptor file(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  file.write(copy);
  file.sync();
  file.close();
  result["write_s"] = watch.seconds();
  watch.restart();
  FileDescriptor again(path, O_RDONLY);
  for (std::size_t done = 0; done < memory.size();) {
    const std::size_t count = again.read(std::span(memory).subspan(done));
    if (count == 0) {
      throw std::runtime_error("the file ends early");
    }
    done += count;
  }
  result["read_s"] = watch.seconds();
  return result;
}

} // namespace
} // namespace radforge

int main(int argc, char** argv) {
  const radforge::MpiSession session(argc, argv);
  const auto ranks = session.world();
  const std::string mode = argc == 4 ? argv[1] : "";
  if (mode != "run" && mode != "limits") {
    std::cerr << "usage: bench_checkpoint run FOLDER MEGABYTES | limits FOLDER MEGABYTES\n";
    return 2;
  }
  try {
    const std::int64_t num_bytes = std::stoll(argv[3]) * 1'000'000;
    const nlohmann::json result =
        mode == "run" ? radforge::run(*ranks, argv[2], num_bytes) : radforge::limits(argv[2], num_bytes);
    if (ranks->rank() == 0) {
      std::cout << result << '\n';
    }
  } catch (const std::exception& error) {
    std::cerr << "bench_checkpoint: " << error.what() << '\n';
    ranks->abort(1); // the others may wait for this one
  }
}
