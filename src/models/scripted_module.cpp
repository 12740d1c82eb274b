#include "radforge/models/scripted_module.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"
#include "radforge/core/sha256.hpp"

#include <c10/core/GradMode.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include <algorithm>
#include <cctype>
#include <exception>
#include <span>
#include <sstream>

namespace radforge {

namespace {

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// The interpreter's own message ends its long account of where it was; the archive reader's begins its one.
std::string reason(const std::exception& error) {
  const std::string text = error.what();
  const std::string_view all(text);
  const std::size_t last = all.find_last_not_of('\n');
  const std::string_view trimmed = all.substr(0, last == std::string_view::npos ? 0 : last + 1);
  if (all.starts_with("The following operation failed")) {
    return std::string(trimmed.substr(trimmed.rfind('\n') + 1));
  }
  return std::string(trimmed.substr(0, trimmed.find('\n')));
}

} // namespace

struct ScriptedModule::Module {
  torch::jit::Module module;
};

ScriptedModule::ScriptedModule(std::filesystem::path path, const std::string& expected_sha256, at::Device device)
    : path_(std::move(path)), module_(std::make_unique<Module>()) {
  // Into memory first: what is parsed is what was hashed, even if the file changes meanwhile.
  std::string bytes = read_file(path_);
  const std::string found = sha256(std::as_bytes(std::span(bytes)));
  if (found != lower(expected_sha256)) {
    throw DataError(
        "{} has SHA-256 {}, expected '{}' (a TorchScript module is a program, so only a known one is loaded). Get the file "
        "again, or put its digest into the configuration if you trust it",
        path_.string(), found, expected_sha256);
  }
  try {
    std::istringstream stream(std::move(bytes));
    module_->module = torch::jit::load(stream, device);
    module_->module.eval();
  } catch (const std::exception& error) {
    throw DataError("{} is not a TorchScript module ({}). Save it with torch.jit.save", path_.string(), reason(error));
  }
  if (!module_->module.find_method("forward")) {
    throw DataError("{} holds a module without a method `forward` (which is what would be called). Script a whole network",
                    path_.string());
  }
}

ScriptedModule::~ScriptedModule() = default;

at::Tensor ScriptedModule::forward(const at::Tensor& input) const {
  const c10::NoGradGuard no_grad;
  c10::IValue output;
  try {
    output = module_->module.get_method("forward")({input});
  } catch (const std::exception& error) {
    throw DataError("{} failed on an input of shape {} ({}). Check which input the network takes", path_.string(),
                    c10::str(input.sizes()), reason(error));
  }
  if (!output.isTensor()) {
    throw DataError("{} returned a {} (only a module that returns one tensor is supported)", path_.string(), output.tagKind());
  }
  return output.toTensor();
}

} // namespace radforge
