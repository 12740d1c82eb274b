#include "pipeline_output.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"
#include "radforge/nn/precision.hpp"

#include <unistd.h>

namespace radforge {

namespace fs = std::filesystem;

namespace {

/// A folder of this process beside `target`, removed unless it was renamed.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(const fs::path& target) : path_(target) {
    path_ += fmt::format(".partial-{}", ::getpid());
    if (target.has_parent_path()) {
      fs::create_directories(target.parent_path());
    }
    if (!fs::create_directory(path_)) {
      throw IoError("{} is there already (a process that was killed left it, or one is at work). Remove it if none is",
                    path_.string());
    }
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

} // namespace

PipelineContent in_precision(PipelineContent content, const std::string& precision) {
  const at::ScalarType type = scalar_type_of(precision);
  for (StateDict* weights : {&content.unet_weights, &content.text_encoder_weights, &content.autoencoder_weights}) {
    for (auto& [name, tensor] : *weights) {
      const at::Tensor converted = tensor.to(type);
      if (!converted.isfinite().all().item<bool>()) {
        throw DataError(
            "tensor '{}' is not finite in {} (numbers up to {} in the source). Choose precision bf16 or fp32, or mend "
            "the weights",
            name, precision, tensor.abs().max().item<double>());
      }
      tensor = converted;
    }
  }
  return content;
}

void publish_new_folder(const fs::path& folder, const std::function<void(const fs::path&)>& write) {
  if (fs::exists(folder)) {
    throw DataError("{} is there already (nothing is overwritten). Remove it, or name another folder by --output",
                    folder.string());
  }
  const TemporaryFolder partial(folder);
  write(partial.path());
  publish_folder(partial.path(), folder);
}

} // namespace radforge
