#include "radforge/io/safetensors.hpp"

#include "radforge/core/error.hpp"

#include "helpers.hpp"
#include "temp_folder.hpp"

#include <array>
#include <cstring>

using namespace radforge;
using Catch::Matchers::Contains;

namespace {

std::string with_length(std::uint64_t length, std::string_view rest) {
  std::string file(sizeof length, '\0');
  std::memcpy(file.data(), &length, sizeof length);
  return file.append(rest);
}

/// A file with this header and so many bytes of data behind it.
std::string file_of(std::string_view header, std::size_t num_bytes) {
  return with_length(header.size(), std::string(header) + std::string(num_bytes, 'x'));
}

std::string fault_in(std::string_view content) {
  const TempFolder folder;
  const std::string message = error_of<DataError>([&] { SafetensorsFile file(put(folder / "hostile", content)); });
  CHECK_THAT(message, Contains("hostile") || Contains("no error"));
  return message;
}

std::string tensor(const char* dtype, const char* shape, const char* offsets) {
  return std::string("{\"dtype\":\"") + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}";
}

} // namespace

TEST_CASE("safetensors: a file of the Python package is read") {
  const SafetensorsFile file(golden("weights.safetensors"));
  CHECK(file.metadata() == std::map<std::string, std::string>{{"note", "caf\u00e9"}});
  const std::vector<std::string> names{"long", "double", "layer.weight", "nothing", "scalar",
                                       "int",  "brain",  "half",         "bytes",   "flags"};
  const std::vector<TensorType> types{TensorType::i64, TensorType::f64,  TensorType::f32, TensorType::f32, TensorType::f32,
                                      TensorType::i32, TensorType::bf16, TensorType::f16, TensorType::u8,  TensorType::boolean};
  const std::vector<std::vector<std::int64_t>> shapes{{1, 2, 2}, {2, 2}, {2, 3}, {0, 4}, {}, {3}, {5, 1}, {3}, {5}, {3}};
  REQUIRE(file.tensors().size() == names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    CHECK(file.tensors()[i].name == names[i]);
    CHECK(file.tensors()[i].type == types[i]);
    CHECK(file.tensors()[i].shape == shapes[i]);
  }
  const auto check = [&](std::size_t index, auto expected) {
    const TensorView& view = file.tensors()[index];
    REQUIRE(view.bytes.size() == sizeof expected);
    CHECK(std::memcmp(view.bytes.data(), expected.data(), sizeof expected) == 0);
  };
  check(0, std::array<std::int64_t, 4>{-2, -1, 0, 1});
  check(1, std::array<double, 4>{-2, -1, 0, 1});
  check(2, std::array<float, 6>{-2, -1, 0, 1, 2, 3});
  check(4, std::array<float, 1>{-2});
  check(5, std::array<std::int32_t, 3>{-2, -1, 0});
  check(6, std::array<std::uint16_t, 5>{0xC000, 0xBF80, 0, 0x3F80, 0x4000});
  check(7, std::array<std::uint16_t, 3>{0xC000, 0xBC00, 0});
  check(8, std::array<std::uint8_t, 5>{0, 1, 2, 3, 4});
  check(9, std::array<std::uint8_t, 3>{0, 1, 0});
}

TEST_CASE("safetensors: tensors come in the order of their data, whatever the header's order") {
  const TempFolder folder;
  const std::string header = "{\"late\":" + tensor("U8", "[2]", "[4,6]") + ",\"early\":" + tensor("F32", "[1]", "[0,4]") + "}";
  const SafetensorsFile file(put(folder / "f", file_of(header, 6)));
  REQUIRE(file.tensors().size() == 2);
  CHECK(file.tensors()[0].name == "early");
  CHECK(file.tensors()[1].name == "late");
}

TEST_CASE("safetensors: no tensors at all is a valid file") {
  const TempFolder folder;
  CHECK(SafetensorsFile(put(folder / "f", file_of("{}", 0))).tensors().empty());
  CHECK(SafetensorsFile(put(folder / "g", file_of("{\"__metadata__\":{\"a\":\"b\"}}   ", 0))).metadata().at("a") == "b");
}

TEST_CASE("safetensors: hostile lengths") {
  CHECK_THAT(fault_in(""), Contains("too short"));
  CHECK_THAT(fault_in("1234567"), Contains("too short"));
  CHECK_THAT(fault_in(with_length(0, "{}")), Contains("header is empty"));
  for (const std::uint64_t length : {20'000'001ULL, 100'000'001ULL, 1ULL << 63, ~0ULL}) {
    CHECK_THAT(fault_in(with_length(length, "{}")), Contains("above the limit of 20000000"));
  }
  CHECK_THAT(fault_in(with_length(3, "{}")), Contains("above what the file holds"));
  CHECK_THAT(fault_in(with_length(20'000'000, "{}")), Contains("above what the file holds"));
}

TEST_CASE("safetensors: hostile JSON") {
  CHECK_THAT(fault_in(file_of(" {}", 0)), Contains("opening brace"));
  CHECK_THAT(fault_in(file_of("[]", 0)), Contains("opening brace"));
  CHECK_THAT(fault_in(file_of("{\"a\":", 0)), Contains("not JSON"));
  CHECK_THAT(fault_in(file_of("{} {}", 0)), Contains("not JSON"));
  CHECK_THAT(fault_in(file_of("{\"\xFF\":1}", 0)), Contains("not JSON"));
  CHECK_THAT(fault_in(file_of("{" + std::string(1'000'000, '{'), 0)), Contains("not JSON"));
  std::string deep = "{\"a\":{\"shape\":";
  deep.append(1'000'000, '[');
  CHECK_THAT(fault_in(file_of(deep, 0)), Contains("an array where"));
  deep = "{";
  for (int i = 0; i < 100'000; ++i) {
    deep += "\"a\":{";
  }
  CHECK_THAT(fault_in(file_of(deep, 0)), Contains("unknown key"));
  CHECK_THAT(fault_in(file_of("{\"a\":{\"dtype\":{", 0)), Contains("an object where"));
  CHECK_THAT(fault_in(file_of("{\"a\":[]}", 0)), Contains("an array where"));
  CHECK_THAT(fault_in(file_of("{\"a\":1}", 0)), Contains("a number where"));
  CHECK_THAT(fault_in(file_of("{\"a\":null}", 0)), Contains("null where"));
  CHECK_THAT(fault_in(file_of("{\"a\":true}", 0)), Contains("a boolean where"));
  CHECK_THAT(fault_in(file_of("{\"a\":\"b\"}", 0)), Contains("a string where"));
  CHECK_THAT(fault_in(file_of("{\"__metadata__\":{\"a\":1}}", 0)), Contains("a number where"));
  CHECK_THAT(fault_in(file_of("{\"__metadata__\":{\"a\":{}}}", 0)), Contains("an object where"));
}

TEST_CASE("safetensors: what is too much is refused, what is just enough is read") {
  const auto many = [](std::size_t count, std::string_view before, std::string_view entry) {
    std::string text(before);
    for (std::size_t i = 0; i < count; ++i) {
      text.append(i == 0 ? "\"" : ",\"").append(std::to_string(i)).append("\":").append(entry);
    }
    return text;
  };
  const std::string tiny = tensor("U8", "[0]", "[0,0]");
  CHECK(fault_in(file_of(many(100'000, "{", tiny) + "}", 0)) == "no error");
  CHECK_THAT(fault_in(file_of(many(100'001, "{", tiny) + "}", 0)), Contains("more than 100000 tensors"));
  CHECK(fault_in(file_of(many(100'000, "{\"__metadata__\":{", "\"\"") + "}}", 0)) == "no error");
  CHECK_THAT(fault_in(file_of(many(100'001, "{\"__metadata__\":{", "\"\"") + "}}", 0)),
             Contains("more than 100000 keys of metadata"));
  const auto named = [&](std::size_t length) { return "{\"" + std::string(length, 'n') + "\":" + tiny + "}"; };
  CHECK(fault_in(file_of(named(1000), 0)) == "no error");
  CHECK_THAT(fault_in(file_of(named(1001), 0)), Contains("a name of 1001 bytes"));
  CHECK(fault_in(file_of(named(19'999'000), 0)).size() < 1000); // the message does not repeat it
  CHECK_THAT(fault_in(file_of("{\"t\":" + tensor(std::string(5000, 'F').c_str(), "[0]", "[0,0]") + "}", 0)),
             Contains("dtype 'of 5000 bytes'"));
  const auto sides = [](std::size_t count) {
    std::string shape = "[1";
    for (std::size_t i = 1; i < count; ++i) {
      shape += ",1";
    }
    return shape + "]";
  };
  CHECK(fault_in(file_of("{\"t\":" + tensor("U8", sides(64).c_str(), "[0,1]") + "}", 1)) == "no error");
  CHECK_THAT(fault_in(file_of("{\"t\":" + tensor("U8", sides(65).c_str(), "[0,1]") + "}", 1)),
             Contains("more than 64 numbers in shape"));
}

TEST_CASE("safetensors: hostile entries") {
  const auto fault = [](const std::string& entry, std::size_t num_bytes) {
    return fault_in(file_of("{\"t\":" + entry + "}", num_bytes));
  };
  CHECK(fault(tensor("U8", "[2]", "[0,2]"), 2) == "no error");
  CHECK_THAT(fault(tensor("U9", "[2]", "[0,2]"), 2), Contains("unknown dtype 'U9'"));
  CHECK_THAT(fault(tensor("U8", "[-2]", "[0,2]"), 2), Contains("a negative number"));
  CHECK_THAT(fault(tensor("U8", "[2.0]", "[0,2]"), 2), Contains("a number with a fraction"));
  CHECK_THAT(fault(tensor("U8", "[18446744073709551616]", "[0,2]"), 2), Contains("a number with a fraction"));
  CHECK_THAT(fault(tensor("U8", "[18446744073709551615]", "[0,2]"), 2), Contains("overflows"));
  CHECK_THAT(fault(tensor("U8", "[4294967296,4294967296]", "[0,0]"), 0), Contains("overflows"));
  CHECK_THAT(fault(tensor("F64", "[2305843009213693952]", "[0,0]"), 0), Contains("overflows"));
  CHECK_THAT(fault(tensor("U8", "[0,4294967296,4294967296]", "[0,0]"), 0), Contains("overflows"));
  CHECK_THAT(fault(tensor("U8", "[3]", "[0,2]"), 2), Contains("has 2 bytes where its shape and dtype need 3"));
  CHECK_THAT(fault(tensor("U8", "[2]", "[2,0]"), 2), Contains("not [begin, end]"));
  CHECK_THAT(fault(tensor("U8", "[2]", "[0,1,2]"), 2), Contains("not [begin, end]"));
  CHECK_THAT(fault(tensor("U8", "[2]", "[]"), 2), Contains("not [begin, end]"));
  CHECK_THAT(fault(tensor("U8", "2", "[0,2]"), 2), Contains("a number where"));
  CHECK_THAT(fault("{}", 2), Contains("has no dtype"));
  CHECK_THAT(fault("{\"dtype\":\"U8\",\"data_offsets\":[0,2]}", 2), Contains("has no shape"));
  CHECK_THAT(fault("{\"dtype\":\"U8\",\"shape\":[2]}", 2), Contains("has no data_offsets"));
  CHECK_THAT(fault("{\"dtype\":\"U8\",\"dtype\":\"U8\"}", 2), Contains("duplicate key 'dtype'"));
  CHECK_THAT(fault("{\"stride\":1}", 2), Contains("unknown key 'stride'"));
}

TEST_CASE("safetensors: data must be tiled exactly") {
  const auto fault = [](const char* first, const char* second, std::size_t num_bytes) {
    return fault_in(file_of("{\"a\":" + tensor("U8", "[2]", first) + ",\"b\":" + tensor("U8", "[2]", second) + "}", num_bytes));
  };
  CHECK(fault("[0,2]", "[2,4]", 4) == "no error");
  CHECK_THAT(fault("[0,2]", "[1,3]", 3), Contains("overlap before tensor 'b'"));
  CHECK_THAT(fault("[0,2]", "[0,2]", 2), Contains("overlap before tensor 'b'"));
  CHECK_THAT(fault("[0,2]", "[3,5]", 5), Contains("hole before tensor 'b'"));
  CHECK_THAT(fault("[1,3]", "[3,5]", 5), Contains("hole before tensor 'a'"));
  CHECK_THAT(fault("[0,2]", "[2,4]", 5), Contains("1 bytes behind the last tensor"));
  CHECK_THAT(fault("[0,2]", "[2,4]", 3), Contains("ends at byte 4 of the data, which has 3"));
  CHECK_THAT(fault_in(file_of("{\"a\":" + tensor("U8", "[2]", "[0,2]") + ",\"a\":" + tensor("U8", "[2]", "[2,4]") + "}", 4)),
             Contains("duplicate tensor name 'a'"));
}

TEST_CASE("safetensors: any cut or flipped byte of a header is an error or a file, never worse") {
  const TempFolder folder;
  const std::string content = read_file(golden("weights.safetensors"));
  for (std::size_t length = 0; length < content.size(); ++length) {
    CHECK_THAT(error_of<DataError>([&] { SafetensorsFile file(put(folder / "cut", content.substr(0, length))); }),
               Contains("cut"));
  }
  for (std::size_t at = 0; at < content.size(); ++at) {
    std::string damaged = content;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x11);
    error_of<DataError>([&] { SafetensorsFile file(put(folder / "flip", damaged)); });
  }
}

TEST_CASE("safetensors: a missing file and a folder are IoErrors") {
  const TempFolder folder;
  CHECK_THAT(error_of<IoError>([&] { SafetensorsFile file(folder / "none"); }), Contains("none"));
  CHECK_THAT(error_of<IoError>([&] { SafetensorsFile file(folder.path()); }), Contains("not a regular file"));
}
