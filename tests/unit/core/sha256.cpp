#include "radforge/core/sha256.hpp"
#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"

#include "temp_folder.hpp"

#include <catch2/catch.hpp>

using namespace radforge;

namespace {

std::string sha256_of(const std::string& text) { return sha256(std::as_bytes(std::span(text))); }

} // namespace

// The examples of FIPS 180-4's supplement, the empty message, and lengths around a block of 64 bytes (by Python's hashlib).
TEST_CASE("SHA-256 has the published answers") {
  CHECK(sha256_of("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(sha256_of(std::string(1'000'000, 'a')) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  CHECK(sha256_of(std::string(55, 'x')) == "d5e285683cd4efc02d021a5c62014694958901005d6f71e89e0989fac77e4072");
  CHECK(sha256_of(std::string(56, 'x')) == "04c26261370ee7541549d16dee320c723e3fd14671e66a099afe0a377c16888e");
  CHECK(sha256_of(std::string(64, 'x')) == "7ce100971f64e7001e8fe5a51973ecdfe1ced42befe7ee8d5fd6219506b5393c");
}

TEST_CASE("SHA-256 of a file is that of its bytes") {
  const TempFolder folder;
  for (const std::size_t length : {std::size_t{0}, std::size_t{3}, (std::size_t{1} << 20) + 1}) {
    const std::string text(length, 'r');
    write_file_atomically(folder / "f", text);
    CHECK(sha256_of_file(folder / "f") == sha256_of(text));
  }
  CHECK_THROWS_AS(sha256_of_file(folder / "absent"), IoError);
}
