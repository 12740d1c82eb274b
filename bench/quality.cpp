// usage: bench_quality make FILE IMAGES FEATURES | run FILE
//
// "make" writes features of IMAGES real and as many synthetic images, such as a network's head is shown. "run" prints as JSON the
// distances and shares that `radforge evaluate` computes of them, and the seconds that each took.
#include "support/fixed_normals.hpp"

#include "radforge/core/clock.hpp"
#include "radforge/nn/state_dict.hpp"
#include "radforge/quality/frechet_distance.hpp"
#include "radforge/quality/kernel_distance.hpp"
#include "radforge/quality/neighbours.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <string>

namespace radforge {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t num_neighbours = 5;

void make(const fs::path& path, std::int64_t num_images, std::int64_t num_features) {
  const at::Tensor mixed = fixed_normals(1, num_features, {num_features}).div(std::sqrt(static_cast<double>(num_features)));
  const at::Tensor real = fixed_normals(2, num_images, {num_features}).matmul(mixed).relu();
  const at::Tensor synthetic = fixed_normals(3, num_images, {num_features}).matmul(mixed).mul(1.05).relu();
  write_state_dict(path, {{"real", real}, {"synthetic", synthetic}});
}

nlohmann::json run(const fs::path& path) {
  const StateDict features = read_state_dict(path);
  const at::Tensor real = features.at("real").clone();
  const at::Tensor synthetic = features.at("synthetic").clone();
  Stopwatch watch;
  const double frechet = frechet_distance(real, synthetic);
  const double frechet_s = watch.seconds();
  watch.restart();
  const double kernel = kernel_distance(real, synthetic);
  const double kernel_s = watch.seconds();
  watch.restart();
  const NeighbourMetrics neighbours = neighbour_metrics(real, synthetic, num_neighbours);
  const double neighbours_s = watch.seconds();
  return {{"values",
           {{"frechet", frechet},
            {"kernel", kernel},
            {"precision", neighbours.precision},
            {"recall", neighbours.recall},
            {"density", neighbours.density},
            {"coverage", neighbours.coverage}}},
          {"frechet_s", frechet_s},
          {"kernel_s", kernel_s},
          {"neighbours_s", neighbours_s}};
}

} // namespace
} // namespace radforge

int main(int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "";
  if (!(mode == "make" && argc == 5) && !(mode == "run" && argc == 3)) {
    std::cerr << "usage: bench_quality make FILE IMAGES FEATURES | run FILE\n";
    return 2;
  }
  try {
    if (mode == "make") {
      radforge::make(argv[2], std::stoll(argv[3]), std::stoll(argv[4]));
    } else {
      std::cout << radforge::run(argv[2]) << '\n';
    }
  } catch (const std::exception& error) {
    std::cerr << "bench_quality: " << error.what() << '\n';
    return 1;
  }
}
