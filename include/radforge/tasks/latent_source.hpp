#pragma once

#include "radforge/data/loader.hpp"
#include "radforge/data/mixture.hpp"
#include "radforge/models/autoencoder_kl.hpp"

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace radforge {

/// The latents of batches: of images encoded now, or read from data sets of latents. Both give the same bits.
class LatentSource {
 public:
  struct Options {
    std::uint64_t seed = 0;
    at::Device device = at::kCPU; ///< where the autoencoder is, and latents are wanted
    double scaling_factor = 1;
    std::size_t kept_bytes = 0; ///< of moments, kept by sample id; 0 where a sample's image is another one each time
  };

  /// Data and autoencoder outlive the source; of the latter weights may come later, and are not used for latents that were read.
  LatentSource(const Mixture& data, const AutoencoderKL& autoencoder, Options options);
  ~LatentSource();

  /// N x latent_channels x h x w, fp32: a point of each posterior keyed by the sample's turn, scaled. No gradients.
  at::Tensor latents(const Batch& batch);
  /// Bytes of moments kept so far.
  std::size_t kept_bytes() const;

 private:
  at::Tensor moments(const Batch& batch);
  at::Tensor encoded(const Batch& batch);

  struct State;
  std::unique_ptr<State> state_;
};

/// For a data set of latents. Errors: ConfigError, which names both digests, unless the autoencoder in `folder` made them;
/// DataError, IoError.
void require_made_by(const DatasetSchema& schema, const std::string& folder);

} // namespace radforge
