#include "radforge/core/hash.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"
#include "temp_folder.hpp"

#include <catch2/catch.hpp>

#include <vector>

using namespace radforge;
using Catch::Matchers::Contains;

namespace {

/// The bytes that the digests below were computed from, by the Python package xxhash.
std::vector<std::byte> three_megabytes() {
  std::vector<std::byte> bytes(3'000'000);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::byte>(i * 7 % 251);
  }
  return bytes;
}

constexpr auto digest_of_three_megabytes = "4e46536e7998c1ac8cf647b0a14f596a";

} // namespace

TEST_CASE("digest is XXH3-128 in canonical hex") {
  CHECK(digest("") == "99aa06d3014798d86001c324468d497f");
  CHECK(digest("radforge") == "b8547d9f48eb91157cac49fe655881cf");
  CHECK(digest(three_megabytes()) == digest_of_three_megabytes);
}

TEST_CASE("hash64 is XXH3-64, with and without a seed") {
  CHECK(hash64("") == 0x2d06800538d394c2);
  CHECK(hash64("radforge") == 0x758571f6ae3e12fb);
  CHECK(hash64("radforge", 5) == 0x62be1395f894a2be);
}

TEST_CASE("Digest over pieces of any size equals the digest of the whole") {
  const std::vector<std::byte> bytes = three_megabytes();
  for (const std::size_t piece : {1000UL, 65536UL, 3'000'000UL}) {
    Digest digest;
    for (std::size_t begin = 0; begin < bytes.size(); begin += piece) {
      digest.update(std::span(bytes).subspan(begin, std::min(piece, bytes.size() - begin)));
    }
    CHECK(digest.hex() == digest_of_three_megabytes);
  }
  CHECK(Digest().hex() == digest(""));
}

TEST_CASE("Digest goes on after hex and after a move") {
  Digest first;
  first.update(std::as_bytes(std::span("rad", 3)));
  CHECK(first.hex() == digest("rad"));
  Digest second = std::move(first);
  second.update(std::as_bytes(std::span("forge", 5)));
  CHECK(second.hex() == digest("radforge"));
}

TEST_CASE("digest_file is the digest of the file's bytes") {
  const TempFolder folder;
  const std::vector<std::byte> bytes = three_megabytes();
  write_file_atomically(folder / "large", {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  write_file_atomically(folder / "empty", "");
  CHECK(digest_file(folder / "large") == digest_of_three_megabytes);
  CHECK(digest_file(folder / "empty") == digest(""));
  CHECK_THROWS_AS(digest_file(folder / "missing"), IoError);
  CHECK_THROWS_WITH(digest_file(folder.path()), Contains(folder.path().string()) && Contains("Is a directory"));
}
