#include "radforge/nn/parameter_set.hpp"

#include "radforge/core/error.hpp"
#include "radforge/core/hash.hpp"
#include "radforge/core/philox.hpp"

#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/GradMode.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <numeric>
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

std::string listed(const std::vector<std::string>& problems) {
  constexpr std::size_t most = 20;
  const auto last = problems.begin() + static_cast<std::ptrdiff_t>(std::min(problems.size(), most));
  std::string text = fmt::format("{}", fmt::join(problems.begin(), last, "; "));
  return problems.size() > most ? fmt::format("{}; and {} more", text, problems.size() - most) : text;
}

} // namespace

void ParameterSet::add(std::string name, std::vector<std::int64_t> shape, Init init, at::Tensor& slot) {
  require(!flat_.defined(), "parameters are registered before they are allocated");
  const std::int64_t count = std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
  const std::int64_t end = entries_.empty() ? 0 : entries_.back().offset + entries_.back().count;
  entries_.push_back({std::move(name), std::move(shape), init, (end + alignment - 1) / alignment * alignment, count});
  slots_.push_back(&slot);
}

void ParameterSet::allocate_flat() {
  require(!flat_.defined() && !entries_.empty(), "parameters are allocated once");
  const std::int64_t size = (entries_.back().offset + entries_.back().count + alignment - 1) / alignment * alignment;
  flat_ = at::zeros({size}, at::kFloat);
}

void ParameterSet::allocate_frozen() {
  allocate_flat();
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    *slots_[i] = flat_.narrow(0, entries_[i].offset, entries_[i].count).view(entries_[i].shape);
  }
}

void ParameterSet::allocate(std::uint64_t seed) {
  allocate_flat();
  flat_gradient_ = at::zeros_like(flat_);
  const std::span<float> values(flat_.mutable_data_ptr<float>(), static_cast<std::size_t>(flat_.numel()));
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const Entry& entry = entries_[i];
    initialize(entry, seed, values.subspan(static_cast<std::size_t>(entry.offset), static_cast<std::size_t>(entry.count)));
    at::Tensor parameter = flat_.narrow(0, entry.offset, entry.count).view(entry.shape).detach();
    parameter.set_requires_grad(true);
    parameter.mutable_grad() = flat_gradient_.narrow(0, entry.offset, entry.count).view(entry.shape);
    trained_.push_back(parameter);
    *slots_[i] = parameter;
  }
}

std::int64_t ParameterSet::num_parameters() const {
  return std::accumulate(entries_.begin(), entries_.end(), std::int64_t{0},
                         [](std::int64_t sum, const Entry& entry) { return sum + entry.count; });
}

StateDict ParameterSet::views(const at::Tensor& flat, const std::string& prefix) const {
  StateDict state;
  for (const Entry& entry : entries_) {
    if (entry.name.starts_with(prefix)) {
      state[entry.name.substr(prefix.size())] = flat.narrow(0, entry.offset, entry.count).view(entry.shape);
    }
  }
  return state;
}

void ParameterSet::load(const at::Tensor& flat, const StateDict& state, const std::string& prefix) const {
  const c10::NoGradGuard no_grad;
  std::vector<std::string> problems;
  StateDict targets = views(flat, prefix);
  for (const auto& [name, tensor] : state) {
    const auto target = targets.find(name);
    if (target == targets.end()) {
      problems.push_back(fmt::format("'{}' is unexpected", name));
    } else if (target->second.sizes() != tensor.sizes()) {
      problems.push_back(fmt::format("'{}' has shape [{}], expected [{}]", name, fmt::join(tensor.sizes(), ", "),
                                     fmt::join(target->second.sizes(), ", ")));
    }
  }
  for (const auto& [name, target] : targets) {
    if (!state.contains(name)) {
      problems.push_back(fmt::format("'{}' is missing", name));
    }
  }
  if (!problems.empty()) {
    throw DataError("weights do not fit the model ({}). Check that the configuration is the one they were trained with",
                    listed(problems));
  }
  for (auto& [name, target] : targets) {
    target.copy_(state.at(name));
  }
}

ScopedWeights::ScopedWeights(ParameterSet& parameters, const at::Tensor& flat) : parameters_(parameters) {
  require(flat.sizes() == parameters.flat_.sizes(), "the other buffer has the layout of the parameters");
  for (std::size_t i = 0; i < parameters.entries_.size(); ++i) {
    const ParameterSet::Entry& entry = parameters.entries_[i];
    *parameters.slots_[i] = flat.narrow(0, entry.offset, entry.count).view(entry.shape).detach();
  }
}

ScopedWeights::~ScopedWeights() {
  for (std::size_t i = 0; i < parameters_.slots_.size(); ++i) {
    *parameters_.slots_[i] = parameters_.trained_[i];
  }
}

} // namespace radforge
