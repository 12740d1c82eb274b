// The model beside what was measured on the machine: OpenCLIP ViT-L/14 with 512 image-text pairs a GPU, images a second as Jülich
// Supercomputing Centre publishes them (https://github.com/FZJ-JSC/jubench-mmoclip,
// benchmark/data/juwelsbooster/strong_scaling.csv: throughput_avg).
#include "radforge/config/load.hpp"
#include "radforge/plan/step_prediction.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <utility>
#include <vector>

using namespace radforge;

namespace {

constexpr std::array published{std::pair{16, 1343.507}, std::pair{24, 2021.562}, std::pair{32, 2694.010}, std::pair{48, 4014.899},
                               std::pair{64, 5296.835}};
constexpr double images_a_gpu = 512;

ClusterConfig juwels_booster() {
  ClusterConfig cluster;
  load_config(RADFORGE_SOURCE_DIR "/configs/clusters/juwels-booster.yaml", {},
              [&](Schema& schema) { describe(schema, cluster); });
  return cluster;
}

/// 427.6 million parameters in fp32, in PyTorch's buckets of 25 MiB; a step with activations computed again is a quarter forward.
/// How long a GPU computes is not published: it is taken from the step on 16 GPUs.
StepWork open_clip() {
  constexpr double bytes = 427.6e6 * 4;
  constexpr double bucket = 25 * 1024 * 1024;
  constexpr double compute_s = 5.86;
  StepWork work{.forward_s = compute_s / 4, .backward_s = compute_s * 3 / 4};
  work.bucket_bytes.assign(static_cast<std::size_t>(bytes / bucket), bucket);
  return work;
}

double images_per_s(int gpus) { return gpus * images_a_gpu / predict_step(juwels_booster(), open_clip(), gpus).total_s(); }

} // namespace

TEST_CASE("images a second of OpenCLIP on JUWELS Booster, 16 to 64 GPUs") {
  CHECK(images_per_s(16) == Approx(published.front().second).epsilon(0.005)); // by the choice of compute_s
  for (const auto& [gpus, measured] : published) {
    CAPTURE(gpus, measured);
    CHECK(images_per_s(gpus) == Approx(measured).epsilon(0.015));
  }
  const double foretold = images_per_s(64) / images_per_s(16) / 4;
  CHECK(foretold == Approx(5296.835 / 1343.507 / 4).margin(0.01)); // 98.6 %
}
