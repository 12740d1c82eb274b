#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace radforge {

/// A message in the wire format of Protocol Buffers, written field by field in the order of the calls.
class ProtobufMessage {
 public:
  ProtobufMessage& integer(std::uint32_t field, std::int64_t value); ///< int32, int64, enum
  ProtobufMessage& float32(std::uint32_t field, float value);
  ProtobufMessage& float64(std::uint32_t field, double value);
  ProtobufMessage& bytes(std::uint32_t field, std::string_view value); ///< string, bytes
  ProtobufMessage& message(std::uint32_t field, const ProtobufMessage& value) { return bytes(field, value.encoded_); }

  const std::string& encoded() const { return encoded_; }

 private:
  void varint(std::uint64_t value);
  void key(std::uint32_t field, std::uint32_t wire_type);

  std::string encoded_;
};

} // namespace radforge
