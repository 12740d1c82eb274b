#include "tf_record.hpp"

#include <boost/crc.hpp>

#include <bit>
#include <cstdint>
#include <cstring>

namespace radforge {

static_assert(std::endian::native == std::endian::little, "numbers of a TFRecord are little-endian and copied as they lie");

namespace {

// A checksum over data that hold checksums of this kind says little, so TensorFlow turns it by 15 bits and adds a constant.
std::uint32_t masked_crc(std::string_view bytes) {
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc; // Castagnoli's polynomial
  crc.process_bytes(bytes.data(), bytes.size());
  return std::rotr(crc.checksum(), 15) + 0xa282ead8U;
}

template <class Number>
std::string bytes_of(Number number) {
  std::string bytes(sizeof number, '\0');
  std::memcpy(bytes.data(), &number, sizeof number);
  return bytes;
}

} // namespace

std::string tf_record(std::string_view data) {
  const std::string length = bytes_of<std::uint64_t>(data.size());
  std::string record = length + bytes_of(masked_crc(length));
  record.append(data).append(bytes_of(masked_crc(data)));
  return record;
}

} // namespace radforge
