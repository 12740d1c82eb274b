#include "pipeline_output.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"
#include "radforge/core/temporary_folder.hpp"
#include "radforge/nn/precision.hpp"

#include <unistd.h>

namespace radforge {

namespace fs = std::filesystem;

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
  if (folder.has_parent_path()) {
    fs::create_directories(folder.parent_path());
  }
  const TemporaryFolder partial(fmt::format("{}.partial-{}", folder.string(), ::getpid()));
  write(partial.path());
  publish_folder(partial.path(), folder);
}

} // namespace radforge
