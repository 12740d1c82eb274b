#pragma once

namespace radforge {

/// What is done to normalised values.
enum class NormActivation { none, silu };

} // namespace radforge
