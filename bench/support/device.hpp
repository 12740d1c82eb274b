#pragma once

#include <ATen/core/Tensor.h>
#include <nlohmann/json.hpp>

#include <string>

namespace radforge {

/// "cpu", or "cuda": this process's first device, with the numerics of a run. Errors: CommunicationError.
at::Device open_device(const std::string& name);

/// Steps before the clock starts; on CUDA until libraries have chosen their algorithms and the work is recorded.
int warm_up_steps(const at::Device& device);

/// Adds `flop_per_image`, `device_peak_bytes` (0 for the CPU) and `matmul_flops`: the FLOP/s of products of matrices of
/// `precision`, measured now, with the process's threads.
void add_device(nlohmann::json& result, const at::Device& device, const std::string& precision, double flop_per_image);

} // namespace radforge
