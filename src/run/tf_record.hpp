#pragma once

#include <string>
#include <string_view>

namespace radforge {

/// `data` framed as TensorFlow's TFRecord files have it: its length (8 bytes), the masked CRC-32C of the length (4), the data,
/// their masked CRC-32C (4); little-endian.
std::string tf_record(std::string_view data);

} // namespace radforge
