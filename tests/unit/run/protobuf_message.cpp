#include "../../../src/run/protobuf_message.hpp"

#include <catch2/catch.hpp>

using namespace radforge;

namespace {

std::string bytes(std::initializer_list<int> values) {
  std::string text;
  for (const int value : values) {
    text += static_cast<char>(value);
  }
  return text;
}

} // namespace

TEST_CASE("fields are encoded as the examples of the Protocol Buffers documentation have them") {
  CHECK(ProtobufMessage().integer(1, 150).encoded() == bytes({0x08, 0x96, 0x01}));
  CHECK(ProtobufMessage().bytes(2, "testing").encoded() == bytes({0x12, 0x07}) + "testing");
  CHECK(ProtobufMessage().message(3, ProtobufMessage().integer(1, 150)).encoded() == bytes({0x1a, 0x03, 0x08, 0x96, 0x01}));
}

TEST_CASE("numbers at their limits") {
  CHECK(ProtobufMessage().integer(1, 0).encoded() == bytes({0x08, 0}));
  CHECK(ProtobufMessage().integer(1, 127).encoded() == bytes({0x08, 0x7f}));
  CHECK(ProtobufMessage().integer(1, 128).encoded() == bytes({0x08, 0x80, 0x01}));
  CHECK(ProtobufMessage().integer(1, -2).encoded() == bytes({0x08, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}));
  CHECK(ProtobufMessage().float32(16, 1.0F).encoded() == bytes({0x85, 0x01, 0, 0, 0x80, 0x3f}));
  CHECK(ProtobufMessage().float64(1, -2.0).encoded() == bytes({0x09, 0, 0, 0, 0, 0, 0, 0, 0xc0}));
  CHECK(ProtobufMessage().encoded().empty());
}
