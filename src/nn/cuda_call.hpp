#pragma once

#include <cuda_runtime_api.h>

namespace radforge {

/// Throws CommunicationError unless CUDA's runtime has done what it was asked for; `what` names the call.
void check_cuda(cudaError_t code, const char* what);

} // namespace radforge
