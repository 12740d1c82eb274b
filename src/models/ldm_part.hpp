#pragma once

#include "radforge/nn/parameter_set.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace radforge {

/// What a layer is called in an LDM file and in the model that reads it, both relative to the block they stand in.
struct LdmLayer {
  std::string_view ldm;
  std::string_view ours;
  enum class Presence { always, sometimes } presence = Presence::always;

  static constexpr LdmLayer same(std::string_view name) { return {name, name}; }
};

/// One part of an LDM file (UNet, autoencoder or text encoder) on its way to our names: layers are moved out one by one, and what
/// is left at the end belongs to no layer of the model.
class LdmPart {
 public:
  /// Takes the tensors under `prefix` out of `file`.
  LdmPart(StateDict& file, std::string prefix, std::string file_name);

  bool has(const std::string& name) const { return tensors_.contains(name); }
  std::string name_in_file(const std::string& name) const { return prefix_ + name; }
  /// Number of dimensions, and size of one, of a tensor from which the configuration follows; the size is positive. Errors:
  /// DataError (no such tensor, no such dimension, empty).
  std::int64_t num_dimensions(const std::string& name) const;
  std::int64_t size(const std::string& name, std::int64_t dimension) const;
  /// Number of i = 0, 1, ... such that there is a tensor `before` i `after`.
  std::int64_t count(const std::string& before, const std::string& after) const;

  /// Takes a tensor out. A missing or integer one is noted as a problem, and undefined when missing.
  at::Tensor take(const std::string& name);
  void put(const std::string& ours, const at::Tensor& tensor) { weights_[ours] = tensor; }
  void drop(const std::string& name) { tensors_.erase(name); }
  void drop_under(const std::string& prefix);
  /// Moves the weight of a layer, and its bias if it has one.
  void move(const std::string& ldm, const std::string& ours);
  /// Moves the layers of a block.
  void move_block(const std::string& ldm, const std::string& ours, std::span<const LdmLayer> layers);

  /// Errors: DataError "`file`: `problem`", to be raised by whoever infers a configuration.
  [[noreturn]] void fail(const std::string& problem) const;
  const StateDict& weights() const { return weights_; }
  /// Missing and integer tensors, and those that nobody took.
  std::vector<std::string> problems() const;

 private:
  std::string prefix_;
  std::string file_name_;
  StateDict tensors_;
  StateDict weights_;
  std::vector<std::string> problems_;
};

} // namespace radforge
