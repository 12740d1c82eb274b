#pragma once

#include "radforge/nn/share.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace radforge {

/// Named tensors, as a weights file holds them.
using StateDict = std::map<std::string, at::Tensor>;

/// How a parameter starts. Random values are keyed by (seed, name): the order of registration and the number of ranks do not
/// matter.
struct Init {
  enum class Kind { constant, uniform, normal } kind = Kind::constant;
  double value = 0; ///< the constant, the bound of uniform(-value, value), or the standard deviation

  static Init constant(double value) { return {Kind::constant, value}; }
  static Init uniform(double bound) { return {Kind::uniform, bound}; }
  static Init normal(double stddev) { return {Kind::normal, stddev}; }
};

/// All trained parameters of a run in one flat fp32 buffer, their gradients in a second of the same layout, fp32 too. Layers hold
/// views of them; a reduction, the optimizer and an average over steps are one pass over one tensor each. In mixed precision
/// (Micikevicius et al. 2018) the layers hold views of a third buffer in half precision, a copy of the first: refresh() makes it.
///
/// Kernels of convolutions, of four dimensions, lie in the buffers with their input channels innermost (channels_last).
///
/// State that is stored with the weights and not trained (running statistics of a norm) has a flat tensor of its own: no
/// gradient, no weight decay, no average.
///
/// Layers register their tensors first (`ParameterScope::add`), then `allocate` makes the buffers and points the layers at them.
/// A registered tensor must stay at its address.
class ParameterSet {
 public:
  struct Entry {
    std::string name;
    std::vector<std::int64_t> shape;
    Init init;
    std::int64_t offset = 0; ///< first element in the flat buffer
    std::int64_t count = 0;  ///< elements
  };

  ParameterSet() = default;
  ParameterSet(const ParameterSet&) = delete;
  ParameterSet& operator=(const ParameterSet&) = delete;

  void add(std::string name, std::vector<std::int64_t> shape, Init init, at::Tensor& slot);
  /// State that is stored and not trained.
  void add_buffer(std::string name, std::vector<std::int64_t> shape, Init init, at::Tensor& slot);
  /// A name that files may hold and that means nothing here.
  void ignore(std::string name) { ignored_.insert(std::move(name)); }

  /// Buffers and initial values, keyed by `seed`, the same on every device; the layers compute in `type`, where the buffers are.
  void allocate(std::uint64_t seed, at::ScalarType type = at::kFloat, at::Device device = at::kCPU);
  /// The parameters' buffer alone, zero, of floating `type`: for weights that are loaded and not trained.
  void allocate_frozen(at::ScalarType type = at::kFloat, at::Device device = at::kCPU);
  /// The layers hold weights that change by load() alone, so they may keep what they make of them.
  bool is_frozen() const { return flat_.defined() && !flat_gradient_.defined(); }

  /// Where the buffers are.
  at::Device device() const { return flat_.device(); }

  const std::vector<Entry>& entries() const { return entries_; }
  const std::vector<Entry>& buffer_entries() const { return buffer_entries_; }
  /// Parameters, without the padding between tensors.
  std::int64_t num_parameters() const;

  /// Elements of the flat buffers that hold the parameters under `prefix`; these were registered one after the other.
  FlatRange range(const std::string& prefix) const;

  at::Tensor& flat() { return flat_; }
  at::Tensor& flat_gradient() { return flat_gradient_; }
  /// What the layers compute with: flat(), or its copy in half precision.
  at::Tensor& flat_working() { return flat_working_.defined() ? flat_working_ : flat_; }
  /// Brings the copy in half precision up to date after flat() has changed.
  void refresh();
  /// The tensors that gradients flow to, one an entry.
  const std::vector<at::Tensor>& leaves() const { return leaves_; }
  /// Undefined for a model without such state.
  at::Tensor& flat_buffers() { return flat_buffers_; }

  /// Views of a flat buffer of this layout by name; those whose name begins with `prefix`, which is cut off.
  StateDict views(const at::Tensor& flat, const std::string& prefix = "") const;
  /// Views of the state that is not trained, likewise. Weights files hold both.
  StateDict buffer_views(const std::string& prefix = "") const;

  /// Holds the tensors of `state` to be the parameters under `prefix` and the state that is not trained, before there is memory
  /// for them as well. `source` names the weights in messages. Errors: DataError that lists every missing and every unexpected
  /// tensor and each of another shape or kind, with what was expected and what was found.
  void check(const StateDict& state, const std::string& prefix = "", const std::string& source = "the weights") const;

  /// Copies the tensors of `state` under `prefix` into `flat`, and into this set's buffers those of state that is not trained;
  /// floating types are converted. Errors: as check().
  void load(const at::Tensor& flat, const StateDict& state, const std::string& prefix = "",
            const std::string& source = "the weights") const;

 private:
  friend class ScopedWeights;

  void allocate_flat(const at::TensorOptions& options);

  std::vector<Entry> entries_;
  std::vector<Entry> buffer_entries_;
  std::set<std::string> ignored_;
  std::vector<at::Tensor*> slots_;
  std::vector<at::Tensor*> buffer_slots_;
  std::vector<at::Tensor> leaves_;
  at::Tensor flat_;
  at::Tensor flat_gradient_;
  at::Tensor flat_working_;
  at::Tensor flat_buffers_;
};

/// Points the layers at another flat fp32 buffer (the averaged weights), or its copy in the type they compute in, for as long as
/// it lives. Gradients do not flow there.
class ScopedWeights {
 public:
  ScopedWeights(ParameterSet& parameters, const at::Tensor& flat);
  ~ScopedWeights();
  ScopedWeights(const ScopedWeights&) = delete;
  ScopedWeights& operator=(const ScopedWeights&) = delete;

 private:
  ParameterSet& parameters_;
};

/// A ParameterSet and a dotted prefix: what a layer's constructor registers into.
class ParameterScope {
 public:
  explicit ParameterScope(ParameterSet& parameters, std::string prefix = "")
      : parameters_(&parameters), prefix_(std::move(prefix)) {}

  ParameterScope operator/(const std::string& name) const { return ParameterScope(*parameters_, prefix_ + name + "."); }
  ParameterScope operator/(std::size_t index) const { return *this / std::to_string(index); }
  void add(const std::string& name, std::vector<std::int64_t> shape, Init init, at::Tensor& slot) const {
    parameters_->add(prefix_ + name, std::move(shape), init, slot);
  }
  void add_buffer(const std::string& name, std::vector<std::int64_t> shape, Init init, at::Tensor& slot) const {
    parameters_->add_buffer(prefix_ + name, std::move(shape), init, slot);
  }
  void ignore(const std::string& name) const { parameters_->ignore(prefix_ + name); }
  /// Outlives the layers that register in it.
  const ParameterSet& parameters() const { return *parameters_; }

 private:
  ParameterSet* parameters_;
  std::string prefix_;
};

} // namespace radforge
