#pragma once

#include <array>

namespace radforge {

/// Tensors of a share's file, in this order, and of the file of what all ranks hold alike.
constexpr std::array<const char*, 4> share_tensor_names{"parameters", "first_moment", "second_moment", "average"};
constexpr const char* state_file_name = "state.safetensors";
constexpr const char* means_name = "interval_means";
constexpr const char* buffers_name = "buffers";

} // namespace radforge
