#pragma once

namespace radforge {

/// Reasons of rejections that other code asks for.
inline constexpr const char* missing_image = "missing image file";
inline constexpr const char* unusable_image = "unusable image";

} // namespace radforge
