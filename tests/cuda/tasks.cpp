// Trains and generates on a device that is not the CPU, by the code that a GPU runs: whatever reads device memory from the host,
// or gives an operator tensors of both places, ends these tests.
#include "backend.hpp"

#include "../../src/train/train_step.hpp"
#include "../unit/tasks/encoded_fixture.hpp"

#include "radforge/generate/generator.hpp"
#include "radforge/tasks/classifier_task.hpp"

#include <cmath>

using namespace radforge;

namespace {

const at::Device cuda(at::kCUDA, 0);

struct Course {
  std::vector<double> losses;
  at::Tensor weights;              ///< on the CPU
  std::vector<std::int64_t> reads; ///< of the device by the host, each step
  std::string problem;             ///< of recording
};

/// Some steps of a task on one batch, in parts.
Course train(Task& task, const Mixture& dataset, Launching launching, std::int64_t part_size = 0) {
  LoopConfig loop{.steps = 100, .batch_size = 6, .micro_batch_size = part_size};
  OptimizerConfig config{.learning_rate = 1e-3, .schedule = "constant", .warmup_steps = 0};
  const auto ranks = make_self_communicator();
  Optimizer optimizer(config, loop.ema_decay, task.parameters(), task.groups(), {0, task.parameters().flat().numel()});
  TrainStep step(loop, config, *ranks, task, optimizer, launching);
  Course course;
  for (int i = 0; i < 6; ++i) {
    Batch batch = batch_of(dataset, {0, 1, 2, 4, 5, 6}, static_cast<std::uint32_t>(i));
    batch.step = i;
    const std::int64_t before = num_host_reads();
    course.losses.push_back(step.run(i, batch, {}).verdict.loss);
    course.reads.push_back(num_host_reads() - before);
  }
  course.problem = step.recording_problem();
  return course;
}

// AdamW's first steps are as large for a gradient that is rounding alone as for any other: courses part slowly.
void check_alike(const Course& found, const Course& expected) {
  REQUIRE(found.losses.size() == expected.losses.size());
  CHECK(found.losses.front() == Approx(expected.losses.front()).epsilon(1e-5));
  for (std::size_t i = 0; i < found.losses.size(); ++i) {
    CHECK(found.losses[i] == Approx(expected.losses[i]).epsilon(0.05).margin(0.02));
  }
  CHECK(found.losses.back() != found.losses.front());
}

/// Whether images of one part have to do with each other, as in a batch norm.
enum class Parts { alike, not_alike };

template <class MakeTask>
void check_task(const Mixture& dataset, const MakeTask& make_task, Parts parts = Parts::alike) {
  auto on_cpu = make_task(at::kCPU);
  const Course expected = train(*on_cpu, dataset, Launching::single);
  const Launching launching = GENERATE(Launching::single, Launching::recorded);
  const std::int64_t part_size = parts == Parts::alike ? GENERATE(0, 2) : 0;
  auto task = make_task(cuda);
  REQUIRE(task->parameters().flat().is_cuda());
  const Course found = train(*task, dataset, launching, part_size);
  check_alike(found, expected);
  CHECK(found.problem == "");
  // The host waits for the losses of each part and for the gradient's norm, and for nothing else.
  for (const std::int64_t reads : found.reads) {
    CHECK(reads <= 1 + (part_size == 0 ? 1 : 3));
  }
  CHECK(task->validate(batch_of(dataset, {3, 8})).loss ==
        Approx(on_cpu->validate(batch_of(dataset, {3, 8})).loss).epsilon(0.05).margin(0.05));
}

} // namespace

TEST_CASE_METHOD(TaskFixture, "an autoencoder learns on CUDA what it learns on the CPU") {
  check_task(*dataset, [&](at::Device device) {
    AutoencoderRunConfig config = autoencoder_config(folder / "data");
    config.loss.adversarial_weight = 0.5;
    config.loss.adversarial_from_step = 3;
    config.loss.discriminator_channels = 8;
    config.loss.discriminator_layers = 2;
    return std::make_unique<AutoencoderTask>(config, *dataset, device);
  });
}

TEST_CASE_METHOD(TaskFixture, "a diffusion model learns on CUDA what it learns on the CPU, its text encoder for a while") {
  check_task(*dataset, [&](at::Device device) {
    DiffusionRunConfig config = diffusion_config(folder / "data", folder / "pipeline");
    config.parts.text_encoder.until_step = 3;
    config.diffusion.noise_offset = 0.1;
    config.diffusion.input_perturbation = 0.1;
    config.diffusion.min_snr_gamma = 5;
    return std::make_unique<DiffusionTask>(config, *dataset, tokenizer_folder(), device);
  });
}

TEST_CASE_METHOD(EncodedFixture, "a diffusion model learns on CUDA from latents and text states that lie on the disk") {
  const DiffusionRunConfig base = [&] {
    DiffusionRunConfig config = run_on("latents");
    config.parts.text_encoder.train = false;
    return config;
  }();
  const Mixture latents(base.data);
  check_task(latents, [&](at::Device device) {
    return std::make_unique<DiffusionTask>(base, latents, folder / "whole" / "tokenizer", device);
  });
}

TEST_CASE_METHOD(TaskFixture, "a classifier learns on CUDA what it learns on the CPU, with its running statistics") {
  check_task(
      *dataset,
      [&](at::Device device) {
        ClassifierRunConfig config;
        config.data.sources = {{.dataset = folder / "data"}};
        config.target.label = "sex";
        return std::make_unique<ClassifierTask>(config, *dataset, TargetLabels(config.target, *dataset), device);
      },
      Parts::not_alike);
}

TEST_CASE_METHOD(EncodedFixture, "images are made on CUDA as on the CPU, kernel by kernel and recorded") {
  GenerateConfig config;
  config.pipeline = folder / "whole";
  config.batch_size = 2;
  config.sampler = {.name = "pndm", .steps = 4, .guidance_scale = 2};
  config.compute.graphs = GENERATE(false, true);
  const auto made_on = [&](at::Device device) {
    std::vector<SampleRecord> records(5);
    for (std::size_t i = 0; i < records.size(); ++i) {
      records[i].id = static_cast<std::int64_t>(i);
      records[i].prompt = i % 2 == 0 ? "50 year old male. PA view." : "50 year old female. PA view.";
    }
    const Generator generator(config, device);
    generator.make_pixels(records);
    CHECK(generator.recording_problem() == "");
    return records;
  };
  const std::vector<SampleRecord> expected = made_on(at::kCPU);
  const std::vector<SampleRecord> found = made_on(cuda);
  for (std::size_t i = 0; i < found.size(); ++i) {
    REQUIRE(found[i].pixels.size() == expected[i].pixels.size());
    int largest = 0;
    for (std::size_t k = 0; k < found[i].pixels.size(); ++k) {
      largest = std::max(largest, std::abs(int{found[i].pixels[k]} - int{expected[i].pixels[k]}));
    }
    CHECK(largest <= 1);
  }
}

TEST_CASE_METHOD(TaskFixture, "a step that cannot be recorded goes on kernel by kernel, and says why") {
  struct ImpatientTask final : AutoencoderTask { // the host looks at its loss before the device is done
    using AutoencoderTask::AutoencoderTask;
    StepLoss loss(const StepInputs& inputs, Purpose purpose, std::int64_t step) override {
      StepLoss found = AutoencoderTask::loss(inputs, purpose, step);
      total = found.total.item<double>();
      return found;
    }
    double total = 0;
  };
  const AutoencoderRunConfig config = autoencoder_config(folder / "data");
  AutoencoderTask patient(config, *dataset, cuda);
  const Course expected = train(patient, *dataset, Launching::single);
  ImpatientTask impatient(config, *dataset, cuda);
  const Course found = train(impatient, *dataset, Launching::recorded);
  CHECK_THAT(found.problem, Catch::Contains("capturing"));
  check_alike(found, expected);
}

TEST_CASE_METHOD(EncodedFixture, "latents and text states are prepared on CUDA as on the CPU") {
  const LatentsConfig config = latents_config();
  const LatentRows here(config);
  const LatentRows there(config, cuda);
  const auto values = [](const std::vector<std::uint8_t>& bytes) {
    return std::span(reinterpret_cast<const float*>(bytes.data()), bytes.size() / sizeof(float));
  };
  const auto check_rows = [&](const EncodedRows& one, const EncodedRows& other) {
    for (const std::int64_t id : {std::int64_t{0}, one.num_rows() - 1}) {
      const std::vector<std::uint8_t> a = one.values(id);
      const std::vector<std::uint8_t> b = other.values(id);
      REQUIRE(a.size() == b.size());
      for (std::size_t i = 0; i < values(a).size(); ++i) {
        REQUIRE(values(a)[i] == Approx(values(b)[i]).margin(1e-4));
      }
    }
  };
  check_rows(here, there);
  check_rows(TextStateRows(config, here.images()), TextStateRows(config, there.images(), cuda));
}
