#include "pipeline_output.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"
#include "radforge/nn/precision.hpp"

namespace radforge {

namespace fs = std::filesystem;

PipelineContent in_precision(PipelineContent content, const std::string& precision) {
  const at::ScalarType type = scalar_type_of(precision);
  for (StateDict* weights : {&content.unet_weights, &content.text_encoder_weights, &content.autoencoder_weights}) {
    for (auto& [name, tensor] : *weights) {
      tensor = tensor.to(type);
    }
  }
  return content;
}

void publish_new_folder(const fs::path& folder, const std::function<void(const fs::path&)>& write) {
  const fs::path target = folder.lexically_normal().has_filename() ? folder : folder.parent_path();
  if (fs::exists(target)) {
    throw DataError("{} is there already (nothing is overwritten). Remove it, or name another folder by --output",
                    target.string());
  }
  fs::path partial = target;
  partial += ".partial";
  fs::remove_all(partial);
  fs::create_directories(partial);
  write(partial);
  publish_folder(partial, target);
}

} // namespace radforge
