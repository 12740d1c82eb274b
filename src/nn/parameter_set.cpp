#include "radforge/nn/parameter_set.hpp"

#include "radforge/core/error.hpp"
#include "radforge/core/hash.hpp"
#include "radforge/core/philox.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/GradMode.h>
#include <fmt/ranges.h>
#include <torch/csrc/autograd/variable.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <set>
#include <span>

namespace radforge {

namespace {

// Every tensor begins on a cache line, so that vector loads are aligned whatever stands before it.
constexpr std::int64_t alignment = 64 / sizeof(float);

void initialize(const ParameterSet::Entry& entry, std::uint64_t seed, std::span<float> out) {
  const RandomKey key{seed, Stream::init, hash64(entry.name), 0};
  const auto value = static_cast<float>(entry.init.value);
  switch (entry.init.kind) {
  case Init::Kind::constant:
    std::fill(out.begin(), out.end(), value);
    break;
  case Init::Kind::uniform:
    fill_uniform(key, out);
    for (float& x : out) {
      x = (2 * x - 1) * value;
    }
    break;
  case Init::Kind::normal:
    fill_normal(key, out);
    for (float& x : out) {
      x *= value;
    }
    break;
  }
}

std::string described(const char* type, at::IntArrayRef shape) { return fmt::format("{} [{}]", type, fmt::join(shape, ", ")); }

std::string described(const at::Tensor& tensor) { return described(c10::toString(tensor.scalar_type()), tensor.sizes()); }

/// What keeps `found` from being a parameter of `shape`; empty if nothing does.
std::string misfit(const at::Tensor& found, at::IntArrayRef shape) {
  if (!at::isFloatingType(found.scalar_type())) {
    return " (not a floating type)";
  }
  if (found.sizes() == shape) {
    return "";
  }
  const bool transposed = found.dim() >= 2 && found.transpose(0, 1).sizes() == shape;
  return transposed ? " (transposed)" : " (another shape)";
}

std::int64_t aligned_end(const std::vector<ParameterSet::Entry>& entries) {
  const std::int64_t end = entries.empty() ? 0 : entries.back().offset + entries.back().count;
  return (end + alignment - 1) / alignment * alignment;
}

void append(std::vector<ParameterSet::Entry>& entries, std::string name, std::vector<std::int64_t> shape, Init init) {
  const std::int64_t count = std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
  entries.push_back({std::move(name), std::move(shape), init, aligned_end(entries), count});
}

// Kernels of convolutions lie with their input channels innermost: so they need not be turned for images that lie so.
at::Tensor view_of(const at::Tensor& flat, const ParameterSet::Entry& entry) {
  const at::Tensor range = flat.narrow(0, entry.offset, entry.count);
  const std::vector<std::int64_t>& shape = entry.shape;
  return shape.size() == 4 ? range.view({shape[0], shape[2], shape[3], shape[1]}).permute({0, 3, 1, 2}) : range.view(shape);
}

StateDict views_of(const std::vector<ParameterSet::Entry>& entries, const at::Tensor& flat, const std::string& prefix) {
  StateDict state;
  for (const ParameterSet::Entry& entry : entries) {
    if (entry.name.starts_with(prefix)) {
      state[entry.name.substr(prefix.size())] = view_of(flat, entry);
    }
  }
  return state;
}

// Gradients of half precision add up in fp32: the engine hands them on as they are. LibTorch 2.7 does so unasked.
void allow_gradient_of_another_type(auto& meta) {
  if constexpr (requires { meta.allow_grad_dtype_mismatch_; }) {
    meta.allow_grad_dtype_mismatch_ = true;
  }
}

} // namespace

void ParameterSet::add(std::string name, std::vector<std::int64_t> shape, Init init, at::Tensor& slot) {
  require(!flat_.defined(), "parameters are registered before they are allocated");
  append(entries_, std::move(name), std::move(shape), init);
  slots_.push_back(&slot);
}

void ParameterSet::add_buffer(std::string name, std::vector<std::int64_t> shape, Init init, at::Tensor& slot) {
  require(!flat_.defined(), "state is registered before the parameters are allocated");
  append(buffer_entries_, std::move(name), std::move(shape), init);
  buffer_slots_.push_back(&slot);
}

void ParameterSet::allocate_flat(const at::TensorOptions& options) {
  require(!flat_.defined() && !entries_.empty(), "parameters are allocated once");
  flat_ = at::zeros({aligned_end(entries_)}, options);
  if (buffer_entries_.empty()) {
    return;
  }
  flat_buffers_ = at::zeros({aligned_end(buffer_entries_)}, options.dtype(at::kFloat));
  for (std::size_t i = 0; i < buffer_entries_.size(); ++i) {
    const Entry& entry = buffer_entries_[i];
    require(entry.init.kind == Init::Kind::constant, "state that is not trained starts from a constant");
    *buffer_slots_[i] = view_of(flat_buffers_, entry);
    buffer_slots_[i]->fill_(entry.init.value);
  }
}

void ParameterSet::allocate_frozen(at::ScalarType type, at::Device device) {
  allocate_flat(at::TensorOptions(type).device(device));
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    *slots_[i] = view_of(flat_, entries_[i]);
  }
}

void ParameterSet::allocate(std::uint64_t seed, at::ScalarType type, at::Device device) {
  allocate_flat(at::TensorOptions(at::kFloat).device(device));
  flat_gradient_ = at::zeros_like(flat_);
  if (type != at::kFloat) {
    flat_working_ = at::zeros_like(flat_, type);
  }
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const Entry& entry = entries_[i];
    const at::Tensor initial = at::empty(entry.shape, at::kFloat);
    initialize(entry, seed, {initial.mutable_data_ptr<float>(), static_cast<std::size_t>(entry.count)});
    view_of(flat_, entry).copy_(initial);
    at::Tensor leaf = view_of(flat_working(), entry).detach();
    leaf.set_requires_grad(true);
    if (type != at::kFloat) {
      allow_gradient_of_another_type(*torch::autograd::impl::get_autograd_meta(leaf));
    }
    leaf.mutable_grad() = view_of(flat_gradient_, entry);
    leaves_.push_back(leaf);
    *slots_[i] = leaf;
  }
  refresh();
}

void ParameterSet::refresh() {
  if (flat_working_.defined()) {
    const c10::NoGradGuard no_grad;
    flat_working_.copy_(flat_);
  }
}

std::int64_t ParameterSet::num_parameters() const {
  return std::accumulate(entries_.begin(), entries_.end(), std::int64_t{0},
                         [](std::int64_t sum, const Entry& entry) { return sum + entry.count; });
}

FlatRange ParameterSet::range(const std::string& prefix) const {
  FlatRange range{-1, 0};
  for (const Entry& entry : entries_) {
    if (entry.name.starts_with(prefix)) {
      range.first = range.first < 0 ? entry.offset : range.first;
      range.count = entry.offset + entry.count - range.first;
    }
  }
  require(range.count > 0, "there are parameters of this prefix");
  return range;
}

StateDict ParameterSet::views(const at::Tensor& flat, const std::string& prefix) const {
  return views_of(entries_, flat, prefix);
}

StateDict ParameterSet::buffer_views(const std::string& prefix) const { return views_of(buffer_entries_, flat_buffers_, prefix); }

void ParameterSet::check(const StateDict& state, const std::string& prefix, const std::string& source) const {
  std::vector<std::string> problems;
  std::set<std::string> expected;
  for (const std::vector<Entry>* entries : {&entries_, &buffer_entries_}) {
    for (const Entry& entry : *entries) {
      if (!entry.name.starts_with(prefix)) {
        continue;
      }
      const std::string name = entry.name.substr(prefix.size());
      const auto found = state.find(name);
      if (found == state.end()) {
        problems.push_back(fmt::format("'{}' is missing, expected {}", name, described("Float", entry.shape)));
      } else if (const std::string why = misfit(found->second, entry.shape); !why.empty()) {
        problems.push_back(
            fmt::format("'{}': expected {}, found {}{}", name, described("Float", entry.shape), described(found->second), why));
      }
      expected.insert(name);
    }
  }
  for (const auto& [name, tensor] : state) {
    if (!expected.contains(name) && !ignored_.contains(prefix + name)) {
      problems.push_back(fmt::format("'{}' is unexpected, found {}", name, described(tensor)));
    }
  }
  if (!problems.empty()) {
    throw DataError("{} do not fit the model ({} differences from its {} tensors). Check that the configuration is the one they "
                    "were trained with:\n  {}",
                    source, problems.size(), expected.size(), fmt::join(problems, "\n  "));
  }
}

void ParameterSet::load(const at::Tensor& flat, const StateDict& state, const std::string& prefix,
                        const std::string& source) const {
  const c10::NoGradGuard no_grad;
  check(state, prefix, source);
  StateDict targets = views(flat, prefix);
  targets.merge(buffer_views(prefix));
  for (auto& [name, target] : targets) {
    target.copy_(state.at(name));
  }
}

ScopedWeights::ScopedWeights(ParameterSet& parameters, const at::Tensor& flat) : parameters_(parameters) {
  require(flat.sizes() == parameters.flat_.sizes(), "the other buffer has the layout of the parameters");
  const at::Tensor working = flat.to(parameters.flat_working().scalar_type());
  for (std::size_t i = 0; i < parameters.entries_.size(); ++i) {
    const ParameterSet::Entry& entry = parameters.entries_[i];
    *parameters.slots_[i] = view_of(working, entry).detach();
  }
}

ScopedWeights::~ScopedWeights() {
  for (std::size_t i = 0; i < parameters_.slots_.size(); ++i) {
    *parameters_.slots_[i] = parameters_.leaves_[i];
  }
}

} // namespace radforge
