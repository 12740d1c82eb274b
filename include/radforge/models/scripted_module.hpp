#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <memory>
#include <string>

namespace radforge {

/// A network that somebody else saved with TorchScript. It is a program: it is loaded only if the file's SHA-256 is the expected
/// one, and not a byte is parsed before that.
class ScriptedModule {
 public:
  /// `expected_sha256`: 64 hex digits. Errors: DataError (another digest; not a TorchScript module, or without `forward`),
  /// IoError.
  ScriptedModule(std::filesystem::path path, const std::string& expected_sha256, at::Device device = at::kCPU);
  ~ScriptedModule();

  /// Evaluation, without gradients, of an input on the module's device. Errors: DataError (the module throws, or returns no
  /// tensor).
  at::Tensor forward(const at::Tensor& input) const;

 private:
  struct Module;
  std::filesystem::path path_;
  std::unique_ptr<Module> module_;
};

} // namespace radforge
