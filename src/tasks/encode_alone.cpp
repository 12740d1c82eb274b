#include "radforge/tasks/encode_alone.hpp"

#include "radforge/models/token_ids.hpp"

#include <ATen/ops/cat.h>
#include <c10/core/GradMode.h>

#include <span>
#include <vector>

namespace radforge {

at::Tensor encode_alone(const AutoencoderKL& autoencoder, const at::Tensor& images) {
  const c10::NoGradGuard no_grad;
  std::vector<at::Tensor> moments;
  for (std::int64_t i = 0; i < images.size(0); ++i) {
    const LatentMoments alone = autoencoder.encode(images.narrow(0, i, 1));
    moments.push_back(at::cat({alone.mean, alone.log_variance}, 1));
  }
  return at::cat(moments);
}

at::Tensor encode_alone(const ClipTextEncoder& encoder, const ClipTokenizer& tokenizer, const std::string& prompt) {
  const c10::NoGradGuard no_grad;
  return encoder.forward(token_ids(tokenizer, std::span(&prompt, 1)))[0];
}

} // namespace radforge
