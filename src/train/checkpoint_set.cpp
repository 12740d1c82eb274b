#include "radforge/train/checkpoint_set.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"
#include "radforge/core/hash.hpp"
#include "radforge/core/parallel_for.hpp"
#include "radforge/io/safetensors.hpp"

#include "checkpoint_folder.hpp"
#include "checkpoint_manifest.hpp"
#include "checkpoint_names.hpp"

#include <ATen/ops/from_blob.h>
#include <c10/core/GradMode.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <system_error>
#include <utility>

namespace radforge {

namespace fs = std::filesystem;

namespace {

/// One tensor of one share's file, and where it goes.
struct Copy {
  const SafetensorsFile* file = nullptr;
  std::string path;
  std::size_t tensor = 0;
  FlatRange from; ///< of the flat buffer: what the file holds
  FlatRange held; ///< what `to` holds
  at::Tensor to;
};

const TensorView& tensor_of(const SafetensorsFile& file, const std::string& path, const std::string& name, TensorType type,
                            std::int64_t count) {
  for (const TensorView& tensor : file.tensors()) {
    if (tensor.name == name && tensor.type == type && tensor.bytes.size() == static_cast<std::size_t>(count) * size_of(type)) {
      return tensor;
    }
  }
  throw DataError("{} has no tensor '{}' of {} elements (its manifest says so)", path, name, count);
}

at::Tensor view_of(const TensorView& tensor) {
  auto* bytes = const_cast<std::byte*>(tensor.bytes.data());
  return at::from_blob(bytes, {static_cast<std::int64_t>(tensor.bytes.size() / sizeof(float))}, at::kFloat);
}

void check_layout(const CheckpointManifest& manifest, const ParameterSet& layout, std::int64_t num_elements,
                  const std::string& name) {
  const auto& entries = layout.entries();
  const auto [theirs, ours] =
      std::mismatch(manifest.tensors.begin(), manifest.tensors.end(), entries.begin(), entries.end(),
                    [](const CheckpointManifest::Tensor& tensor, const ParameterSet::Entry& entry) {
                      return tensor.name == entry.name && tensor.offset == entry.offset && tensor.shape == entry.shape;
                    });
  if (theirs == manifest.tensors.end() && ours == entries.end() && manifest.num_elements == num_elements) {
    return;
  }
  const auto text = [](const auto& list, const auto& at) {
    return at == list.end() ? std::string("nothing more") : fmt::format("'{}' [{}]", at->name, fmt::join(at->shape, ", "));
  };
  throw DataError(
      "{} is the state of another model (it has {} where this one has {}). Use the model of that run, or another --output", name,
      text(manifest.tensors, theirs), text(entries, ours));
}

} // namespace

std::vector<std::int64_t> CheckpointSet::steps_in(const fs::path& folder) { return steps_of_sets(folder); }

std::string CheckpointSet::read_manifest(const fs::path& folder, std::int64_t step) {
  const fs::path path = set_of_step(folder, step) / CheckpointManifest::file_name;
  std::error_code problem;
  if (!fs::is_regular_file(path, problem)) {
    throw DataError("{} is missing (a checkpoint without it is none)", path.string());
  }
  return read_file(path);
}

CheckpointSet::CheckpointSet(const fs::path& folder, std::int64_t step, const std::string& manifest)
    : path_(set_of_step(folder, step)), manifest_(std::make_unique<CheckpointManifest>(
                                            CheckpointManifest::parse(manifest, path_ / CheckpointManifest::file_name, step))) {}

CheckpointSet::~CheckpointSet() = default;
CheckpointSet::CheckpointSet(CheckpointSet&&) noexcept = default;

std::int64_t CheckpointSet::step() const { return manifest_->step; }
int CheckpointSet::num_ranks() const { return manifest_->num_ranks; }
const CheckpointOrigin& CheckpointSet::origin() const { return manifest_->origin; }

void CheckpointSet::verify(int part, int num_parts, int num_threads) const {
  std::vector<std::pair<std::string, CheckpointManifest::File>> files;
  std::size_t index = 0;
  for (const auto& entry : manifest_->files) {
    if (index++ % static_cast<std::size_t>(num_parts) == static_cast<std::size_t>(part)) {
      files.push_back(entry);
    }
  }
  parallel_for(files.size(), num_threads, [&](int, std::size_t item) {
    const auto& [name, file] = files[item];
    const fs::path path = path_ / name;
    std::error_code problem;
    if (!fs::is_regular_file(path, problem)) {
      throw DataError("{} is missing (the manifest lists it)", path.string());
    }
    if (fs::file_size(path, problem) != file.bytes || digest_file(path) != file.digest) {
      throw DataError("{} is damaged (its size or digest differs from the manifest's)", path.string());
    }
  });
}

void CheckpointSet::load(const TrainState& state, const ParameterSet& layout, int num_threads) const {
  const std::int64_t num_elements = state.parameters.numel();
  check_layout(*manifest_, layout, num_elements, path_.string());

  // All files are opened and all tensors found before the first is copied.
  const std::array<std::pair<at::Tensor, FlatRange>, share_tensor_names.size()> destinations{{
      {state.parameters, {0, num_elements}},
      {state.first_moment, state.range},
      {state.second_moment, state.range},
      {state.average, state.range},
  }};
  std::vector<SafetensorsFile> files;
  files.reserve(manifest_->shares.size());
  std::vector<Copy> copies;
  for (const CheckpointManifest::Share& share : manifest_->shares) {
    const std::string path = (path_ / share.file).string();
    files.emplace_back(path);
    for (std::size_t i = 0; i < share_tensor_names.size(); ++i) {
      tensor_of(files.back(), path, share_tensor_names[i], TensorType::f32, share.range.count);
      copies.push_back({&files.back(), path, i, share.range, destinations[i].second, destinations[i].first});
    }
  }
  const std::string state_path = (path_ / manifest_->state_file).string();
  const SafetensorsFile state_file(state_path);
  const TensorView* means = nullptr;
  for (const TensorView& tensor : state_file.tensors()) {
    means = tensor.name == means_name && tensor.bytes.size() == state.interval_means.size_bytes() ? &tensor : means;
  }
  if (state.buffers.defined()) {
    tensor_of(state_file, state_path, buffers_name, TensorType::f32, state.buffers.numel());
  }

  parallel_for(copies.size(), num_threads, [&](int, std::size_t item) {
    const c10::NoGradGuard no_grad;
    const Copy& copy = copies[item];
    const FlatRange part = overlap(copy.from, copy.held);
    if (part.count > 0) {
      const TensorView& tensor =
          tensor_of(*copy.file, copy.path, share_tensor_names[copy.tensor], TensorType::f32, copy.from.count);
      copy.to.narrow(0, part.first - copy.held.first, part.count)
          .copy_(view_of(tensor).narrow(0, part.first - copy.from.first, part.count));
    }
  });
  const c10::NoGradGuard no_grad;
  if (state.buffers.defined()) {
    at::Tensor buffers = state.buffers;
    buffers.copy_(view_of(tensor_of(state_file, state_path, buffers_name, TensorType::f32, buffers.numel())));
  }
  std::fill(state.interval_means.begin(), state.interval_means.end(), 0.0);
  if (means != nullptr && !means->bytes.empty()) {
    std::memcpy(state.interval_means.data(), means->bytes.data(), means->bytes.size());
  }
}

} // namespace radforge
