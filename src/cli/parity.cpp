#include "parity.hpp"

#include "radforge/models/autoencoder_kl.hpp"
#include "radforge/models/classifier.hpp"
#include "radforge/models/clip_text_encoder.hpp"
#include "radforge/models/unet.hpp"
#include "radforge/nn/adamw.hpp"
#include "radforge/nn/channels_last.hpp"
#include "radforge/nn/device.hpp"
#include "radforge/nn/keyed_random.hpp"

#include <ATen/ops/arange.h>
#include <ATen/ops/zeros_like.h>
#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace radforge {

namespace {

constexpr std::int64_t num_images = 4;

// Bounds: fp32 sums of some thousand products in another order; bf16 has 8 bits of mantissa.
constexpr double bound_fp32 = 1e-4;
constexpr double bound_gradient_fp32 = 1e-3;
constexpr double bound_bf16 = 1e-1; // the CPU's own bf16 is 7e-2 from its fp32 in DenseNet-121

at::Tensor normals(std::uint64_t id, const std::vector<std::int64_t>& shape, at::Device device) {
  std::vector<RandomKey> keys;
  for (std::int64_t i = 0; i < num_images; ++i) {
    keys.push_back({11, Stream::noise, id, static_cast<std::uint32_t>(i)});
  }
  return keyed_normals(keys, shape, device);
}

/// What a model gives, and the gradient of its squares' mean.
struct Found {
  at::Tensor output;
  at::Tensor gradient;
};

/// Registers a model and computes its output, of tensors on the device.
using Run = std::function<Found(at::ScalarType type, at::Device device)>;

template <class Model, class Forward>
Found found_by(const Model& make_model, const Forward& forward, at::ScalarType type, at::Device device) {
  ParameterSet parameters;
  const auto model = make_model(ParameterScope(parameters));
  parameters.allocate(5, type, device);
  const at::Tensor output = forward(*model).to(at::kFloat);
  output.square().mean().backward();
  return {output.detach().to(at::kCPU), parameters.flat_gradient().to(at::kCPU)};
}

Found unet(at::ScalarType type, at::Device device) {
  const UNetConfig config{.block_out_channels = {64, 128, 128}, .num_attention_heads = {2, 4, 4}, .cross_attention_dim = 128};
  return found_by([&](const ParameterScope& scope) { return std::make_unique<UNet>(config, scope); },
                  [&](const UNet& model) {
                    const at::Tensor timesteps = at::arange(1, num_images + 1).mul(200).to(device);
                    return model.forward(normals(1, {config.in_channels, 16, 16}, device), timesteps,
                                         normals(2, {77, config.cross_attention_dim}, device));
                  },
                  type, device);
}

Found autoencoder(at::ScalarType type, at::Device device) {
  const AutoencoderConfig config{.in_channels = 1};
  return found_by([&](const ParameterScope& scope) { return std::make_unique<AutoencoderKL>(config, scope); },
                  [&](const AutoencoderKL& model) {
                    return model.decode(model.encode(normals(3, {1, 64, 64}, device)).mean);
                  },
                  type, device);
}

Found text_encoder(at::ScalarType type, at::Device device) {
  const TextEncoderConfig config{.vocab_size = 512};
  return found_by([&](const ParameterScope& scope) { return std::make_unique<ClipTextEncoder>(config, scope); },
                  [&](const ClipTextEncoder& model) {
                    const std::int64_t length = config.max_position_embeddings;
                    return model.forward(at::arange(num_images * length).view({num_images, length}).remainder(500).to(device));
                  },
                  type, device);
}

Found classifier(at::ScalarType type, at::Device device) {
  const ClassifierConfig config{.architecture = "densenet121", .in_channels = 1, .num_classes = 14};
  return found_by([&](const ParameterScope& scope) { return make_classifier(config, scope); },
                  [&](const Classifier& model) {
                    return model.forward(channels_last(normals(4, {1, 64, 64}, device).to(type)), ForwardMode::train);
                  },
                  type, device);
}

double difference(const at::Tensor& found, const at::Tensor& expected) {
  const double largest = expected.abs().max().item<double>();
  return found.sub(expected).abs().max().item<double>() / std::max(largest, 1e-30);
}

double share_that_differs(const at::Tensor& found, const at::Tensor& expected) {
  return found.to(at::kCPU).ne(expected.to(at::kCPU)).to(at::kFloat).mean().item<double>();
}

at::Tensor optimized(at::Device device) {
  const std::vector<std::int64_t> shape{1000};
  const auto flat = [&](std::uint64_t id) { return normals(id, shape, device).flatten(); };
  const AdamWSlices slices{flat(5), flat(6), flat(7), flat(8).square(), flat(9), at::zeros_like(flat(5), at::kBFloat16)};
  adamw_step({.learning_rate = 1e-3,
              .beta1 = 0.9,
              .beta2 = 0.999,
              .weight_decay = 0.01,
              .epsilon = 1e-8,
              .average_decay = 0.999,
              .count = 3},
             slices);
  return slices.weights.add(slices.average).add(slices.working.to(at::kFloat));
}

} // namespace

std::vector<ParityRow> measure_parity(at::Device device) {
  std::vector<ParityRow> rows;
  const std::vector<std::int64_t> many{100'003};
  rows.push_back({"keyed normals, bits", share_that_differs(normals(0, many, device), normals(0, many, at::kCPU)), 0});
  rows.push_back({"AdamW and average, bits", share_that_differs(optimized(device), optimized(at::kCPU)), 0});
  const std::pair<const char*, Run> models[] = {
      {"UNet", unet}, {"autoencoder", autoencoder}, {"text encoder", text_encoder}, {"DenseNet-121", classifier}};
  for (const auto& [name, run] : models) {
    const Found expected = run(at::kFloat, at::kCPU);
    const Found found = run(at::kFloat, device);
    const Found again = run(at::kFloat, device);
    const Found half = run(at::kBFloat16, device);
    rows.push_back({fmt::format("{}, fp32", name), difference(found.output, expected.output), bound_fp32});
    rows.push_back({fmt::format("{}, fp32, gradient", name), difference(found.gradient, expected.gradient), bound_gradient_fp32});
    rows.push_back({fmt::format("{}, bf16 beside the CPU's fp32", name), difference(half.output, expected.output), bound_bf16});
    rows.push_back({fmt::format("{}, twice on the device, bits", name), share_that_differs(again.gradient, found.gradient), 0});
  }
  return rows;
}

std::string parity_table(const std::vector<ParityRow>& rows) {
  std::string text;
  for (const ParityRow& row : rows) {
    text += fmt::format("{:<5}  {:<42}  {:.1e} of {:.1e}\n", row.holds() ? "ok" : "bad", row.what, row.error, row.bound);
  }
  const bool all = std::ranges::all_of(rows, [](const ParityRow& row) { return row.holds(); });
  return text + (all ? "the device computes what the CPU computes\n" : "the device does not compute what the CPU computes\n");
}

} // namespace radforge
