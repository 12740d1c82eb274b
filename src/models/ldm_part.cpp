#include "ldm_part.hpp"

#include "radforge/core/error.hpp"

#include <fmt/ranges.h>

#include <utility>

namespace radforge {

LdmPart::LdmPart(StateDict& file, std::string prefix, std::string file_name)
    : prefix_(std::move(prefix)), file_name_(std::move(file_name)) {
  auto entry = file.lower_bound(prefix_);
  while (entry != file.end() && entry->first.starts_with(prefix_)) {
    tensors_[entry->first.substr(prefix_.size())] = entry->second;
    entry = file.erase(entry);
  }
}

std::int64_t LdmPart::num_dimensions(const std::string& name) const {
  const auto entry = tensors_.find(name);
  if (entry == tensors_.end()) {
    fail(fmt::format("'{}' is missing (the model's configuration follows from its shape)", name_in_file(name)));
  }
  return entry->second.dim();
}

std::int64_t LdmPart::size(const std::string& name, std::int64_t dimension) const {
  if (num_dimensions(name) <= dimension || tensors_.at(name).size(dimension) == 0) {
    fail(fmt::format("'{}' has the shape [{}] (dimension {} of it gives the model's configuration)", name_in_file(name),
                     fmt::join(tensors_.at(name).sizes(), ", "), dimension));
  }
  return tensors_.at(name).size(dimension);
}

std::int64_t LdmPart::count(const std::string& before, const std::string& after) const {
  std::int64_t number = 0;
  while (has(before + std::to_string(number) + after)) {
    ++number;
  }
  return number;
}

at::Tensor LdmPart::take(const std::string& name) {
  auto node = tensors_.extract(name);
  if (node.empty()) {
    problems_.push_back(fmt::format("'{}' is missing", name_in_file(name)));
    return {};
  }
  if (!node.mapped().is_floating_point()) {
    problems_.push_back(fmt::format("'{}' has integers, expected floating point", name_in_file(name)));
  }
  return node.mapped();
}

void LdmPart::drop_under(const std::string& prefix) {
  std::erase_if(tensors_, [&](const auto& entry) { return entry.first.starts_with(prefix); });
}

void LdmPart::move(const std::string& ldm, const std::string& ours) {
  put(ours + ".weight", take(ldm + ".weight"));
  if (has(ldm + ".bias")) {
    put(ours + ".bias", take(ldm + ".bias"));
  }
}

void LdmPart::move_block(const std::string& ldm, const std::string& ours, std::span<const LdmLayer> layers) {
  for (const LdmLayer& layer : layers) {
    const std::string from = fmt::format("{}.{}", ldm, layer.ldm);
    if (layer.presence == LdmLayer::Presence::always || has(from + ".weight")) {
      move(from, fmt::format("{}.{}", ours, layer.ours));
    }
  }
}

void LdmPart::fail(const std::string& problem) const {
  throw DataError("{}: {}. Give a checkpoint of Stable Diffusion 1.x or 2.x", file_name_, problem);
}

std::vector<std::string> LdmPart::problems() const {
  std::vector<std::string> all = problems_;
  for (const auto& [name, tensor] : tensors_) {
    all.push_back(fmt::format("'{}' is unexpected", name_in_file(name)));
  }
  return all;
}

} // namespace radforge
