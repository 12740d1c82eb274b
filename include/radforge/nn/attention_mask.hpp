#pragma once

namespace radforge {

/// What a query may look at: every key, or those of its own place and before.
enum class AttentionMask { none, causal };

} // namespace radforge
