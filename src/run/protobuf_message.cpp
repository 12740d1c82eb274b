#include "protobuf_message.hpp"

#include <bit>
#include <cstddef>

namespace radforge {

namespace {

enum WireType : std::uint32_t { varint_type = 0, eight_bytes = 1, length_delimited = 2, four_bytes = 5 };

template <class Word>
void append_little_endian(std::string& text, Word word) {
  for (std::size_t i = 0; i < sizeof word; ++i) {
    text += static_cast<char>(static_cast<unsigned char>(word >> (8 * i)));
  }
}

} // namespace

ProtobufMessage& ProtobufMessage::integer(std::uint32_t field, std::int64_t value) {
  key(field, varint_type);
  varint(static_cast<std::uint64_t>(value));
  return *this;
}

ProtobufMessage& ProtobufMessage::float32(std::uint32_t field, float value) {
  key(field, four_bytes);
  append_little_endian(encoded_, std::bit_cast<std::uint32_t>(value));
  return *this;
}

ProtobufMessage& ProtobufMessage::float64(std::uint32_t field, double value) {
  key(field, eight_bytes);
  append_little_endian(encoded_, std::bit_cast<std::uint64_t>(value));
  return *this;
}

ProtobufMessage& ProtobufMessage::bytes(std::uint32_t field, std::string_view value) {
  key(field, length_delimited);
  varint(value.size());
  encoded_ += value;
  return *this;
}

// Seven bits a byte, the lowest first; the eighth says that more follow.
void ProtobufMessage::varint(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) {
    encoded_ += static_cast<char>(static_cast<unsigned char>(value | 0x80));
  }
  encoded_ += static_cast<char>(value);
}

void ProtobufMessage::key(std::uint32_t field, std::uint32_t wire_type) { varint(field << 3 | wire_type); }

} // namespace radforge
