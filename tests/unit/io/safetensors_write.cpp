#include "radforge/core/error.hpp"
#include "radforge/io/safetensors.hpp"

#include "helpers.hpp"
#include "temp_folder.hpp"

#include <array>
#include <csignal>
#include <cstring>

#include <sys/resource.h>

using namespace radforge;
using Catch::Matchers::Contains;

TEST_CASE("safetensors: what is written equals the Python package's file, byte for byte") {
  const TempFolder folder;
  const SafetensorsFile file(golden("weights.safetensors"));
  write_safetensors(folder / "copy", file.tensors(), file.metadata());
  CHECK(read_file(folder / "copy") == read_file(golden("weights.safetensors")));
}

TEST_CASE("safetensors: data begins at a multiple of 8 bytes, and no temporary file is left") {
  const TempFolder folder;
  const std::array<float, 2> values{1.5F, -2.0F};
  for (const char* name : {"a", "ab", "abc", "abcd", "abcde", "abcdef", "abcdefg", "abcdefgh"}) {
    const std::vector<TensorView> tensors{{name, TensorType::f32, {2}, std::as_bytes(std::span(values))}};
    write_safetensors(folder / "f", tensors);
    std::uint64_t length = 0;
    std::memcpy(&length, read_file(folder / "f").data(), sizeof length);
    CHECK(length % 8 == 0);
    const SafetensorsFile file(folder / "f");
    REQUIRE(file.tensors().size() == 1);
    CHECK(file.tensors()[0].name == name);
    CHECK(std::memcmp(file.tensors()[0].bytes.data(), values.data(), sizeof values) == 0);
  }
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("safetensors: wrong tensors are a programmer's error") {
  const TempFolder folder;
  const std::array<std::byte, 4> bytes{};
  const auto write = [&](std::vector<TensorView> tensors) {
    error_of<InternalError>([&] { write_safetensors(folder / "f", tensors); });
    return std::filesystem::exists(folder / "f");
  };
  CHECK_FALSE(write({{"a", TensorType::f32, {2}, bytes}}));
  CHECK_FALSE(write({{"a", TensorType::u8, {4}, bytes}, {"a", TensorType::u8, {4}, bytes}}));
  CHECK_FALSE(write({{"__metadata__", TensorType::u8, {4}, bytes}}));
  CHECK_FALSE(write({{"\xFF", TensorType::u8, {4}, bytes}}));
  CHECK_FALSE(write({{std::string(1001, 'n'), TensorType::u8, {4}, bytes}}));
  CHECK_FALSE(write({{"a", TensorType::u8, std::vector<std::int64_t>(65, 1), std::span(bytes).first(1)}}));
  CHECK_FALSE(write(std::vector<TensorView>(100'001)));
  CHECK(write({{"a", TensorType::u8, {4}, bytes}}));
}

TEST_CASE("safetensors: a file that cannot be written in full leaves the old one") {
  const TempFolder folder;
  put(folder / "f", "old");
  const std::vector<std::byte> bytes(100'000);
  const std::vector<TensorView> tensors{{"a", TensorType::u8, {100'000}, bytes}};
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{50'000, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  const std::string message = error_of<IoError>([&] { write_safetensors(folder / "f", tensors); });
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  CHECK_THAT(message, Contains("File too large"));
  CHECK(read_file(folder / "f") == "old");
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
  CHECK_THAT(error_of<IoError>([&] { write_safetensors(folder / "none" / "f", tensors); }), Contains("none"));
}
