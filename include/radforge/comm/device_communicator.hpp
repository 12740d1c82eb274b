#pragma once

namespace radforge {

/// GPUs that this process sees; 0 without a driver, and in a build without CUDA.
int num_gpus();

} // namespace radforge
