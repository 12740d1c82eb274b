#pragma once

#include "radforge/config/generate_config.hpp"
#include "radforge/diffusion/sampler_noise.hpp"
#include "radforge/io/dataset_index.hpp"
#include "radforge/io/sample_record.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace radforge {

/// Makes images of planned records with a trained pipeline. Noise is a function of (seed, id, attempt). All batches are of
/// `batch_size`, in the order of the records, the last one filled up: equal calls give equal bytes at the same number of threads,
/// and the same record in another batch the same image to within a grey level.
class Generator {
 public:
  /// Opens the pipeline folder; computes on `device`. Errors: DataError, IoError, ConfigError.
  explicit Generator(const GenerateConfig& config, at::Device device = at::kCPU);
  ~Generator();

  /// Height, width and channels of the images.
  const DatasetSchema& schema() const;

  /// Fills in the records' pixels. Text states are computed once a prompt, and what the UNet makes of them once a batch. A
  /// batch's pixels are fetched while the device works on the next one. Errors: DivergenceError when an image is not finite.
  void make_pixels(std::span<SampleRecord> records, std::uint32_t attempt = 0) const;

  /// Why the denoiser could not be recorded on CUDA, and is launched kernel by kernel; empty: it was, or was not to be.
  std::string recording_problem() const;

 private:
  struct State;
  struct MadeBatch;
  MadeBatch make_batch(std::span<const NoiseKey> keys, const at::Tensor& texts, std::span<SampleRecord> shown) const;
  void hand_over(MadeBatch& made) const;

  GenerateConfig config_;
  std::unique_ptr<State> state_;
};

} // namespace radforge
