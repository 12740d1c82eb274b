#include "radforge/run/event_file.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"
#include "temp_folder.hpp"

#include <catch2/catch.hpp>

#include <sys/resource.h>

#include <bit>
#include <cmath>
#include <csignal>
#include <cstring>
#include <limits>
#include <map>
#include <vector>

using namespace radforge;
using Catch::Matchers::Contains;

namespace {

constexpr double kTime = 1700000000.25;

// As the specification says it, a bit at a time (RFC 3720, appendix B.4).
std::uint32_t crc32c(std::string_view bytes) {
  std::uint32_t crc = ~0U;
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned char>(byte);
    for (int i = 0; i < 8; ++i) {
      crc = crc >> 1U ^ ((crc & 1U) != 0 ? 0x82F63B78U : 0U);
    }
  }
  return ~crc;
}

template <class Number>
Number take(std::string_view& bytes) {
  Number number = 0;
  REQUIRE(bytes.size() >= sizeof number);
  std::memcpy(&number, bytes.data(), sizeof number);
  bytes.remove_prefix(sizeof number);
  return number;
}

// The messages of a file of TFRecords, both checksums held to what they sum up.
std::vector<std::string> records_of(const std::string& content) {
  std::vector<std::string> records;
  std::string_view rest = content;
  const auto check_crc = [](std::string_view data, std::uint32_t masked) {
    REQUIRE(std::rotr(crc32c(data), 15) + 0xa282ead8U == masked);
  };
  while (!rest.empty()) {
    const std::string_view length_bytes = rest.substr(0, 8);
    const auto length = take<std::uint64_t>(rest);
    check_crc(length_bytes, take<std::uint32_t>(rest));
    records.emplace_back(rest.substr(0, length));
    rest.remove_prefix(length);
    check_crc(records.back(), take<std::uint32_t>(rest));
  }
  return records;
}

/// Any message: whatever the fields mean, the wire format says how long they are.
struct Message {
  explicit Message(std::string_view bytes) {
    while (!bytes.empty()) {
      const std::uint64_t key = varint(bytes);
      const auto field = static_cast<int>(key >> 3U);
      switch (key & 7U) {
      case 0:
        integers[field] = static_cast<std::int64_t>(varint(bytes));
        break;
      case 1:
        doubles[field] = take<double>(bytes);
        break;
      case 5:
        floats[field] = take<float>(bytes);
        break;
      case 2: {
        const std::uint64_t length = varint(bytes);
        texts[field].emplace_back(bytes.substr(0, length));
        bytes.remove_prefix(length);
        break;
      }
      default:
        FAIL("wire type");
      }
    }
  }
  static std::uint64_t varint(std::string_view& bytes) {
    std::uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
      const auto byte = take<unsigned char>(bytes);
      value |= std::uint64_t{byte & 0x7fU} << shift;
      if ((byte & 0x80U) == 0) {
        return value;
      }
    }
  }
  Message inside(int field) const { return Message(texts.at(field).at(0)); }

  std::map<int, std::int64_t> integers;
  std::map<int, double> doubles;
  std::map<int, float> floats;
  std::map<int, std::vector<std::string>> texts;
};

std::string file_of(const TempFolder& folder, int start = 1) {
  return read_file(folder / ("events.out.tfevents.00000" + std::to_string(start) + ".radforge"));
}

} // namespace

TEST_CASE("an event file begins with its version, at the time of the start") {
  REQUIRE(crc32c("123456789") == 0xE3069283U);
  const TempFolder folder;
  { const EventFile file(folder.path(), 0); }
  const std::vector<std::string> records = records_of(file_of(folder));
  REQUIRE(records.size() == 1);
  const Message event(records[0]);
  CHECK(event.texts.at(3) == std::vector<std::string>{"brain.Event:2"});
  CHECK(event.doubles.at(1) > 1.7e9);
  CHECK(event.integers.empty());
}

TEST_CASE("scalars and the start of a session are the bytes that another encoder writes") {
  const TempFolder folder;
  EventFile file(folder.path(), 0);
  const std::size_t version = file_of(folder).size();
  const auto scalars = [&](std::int64_t step, const std::vector<Metric>& values) { file.scalars(step, kTime, values); };
  scalars(10, {{"loss", 0.25}, {"lr", 0.001}});
  scalars(300, {{"loss", 0.5}, {"lr", std::numeric_limits<double>::infinity()}});
  file.resume_from(10, kTime);
  scalars(300, {{"loss", 0.125}});
  scalars(std::int64_t{1} << 40, {{"rate", -1e30}});
  // tools/golden/run_event_file.py
  CHECK(file_of(folder).substr(version) == read_file(std::filesystem::path(RADFORGE_GOLDEN_DIR) / "run/events.bin"));
}

TEST_CASE("each call is one whole record on the file when it returns") {
  const TempFolder folder;
  EventFile file(folder.path(), 0);
  file.scalars(1, kTime, std::vector<Metric>{{"a", 1}, {"b", std::nan("")}});
  REQUIRE(records_of(file_of(folder)).size() == 2);
  file.scalars(2, kTime, {});
  REQUIRE(records_of(file_of(folder)).size() == 3);
  const Message event(records_of(file_of(folder))[1]);
  CHECK(event.doubles.at(1) == kTime);
  CHECK(event.integers.at(2) == 1);
  const std::vector<std::string> values = event.inside(5).texts.at(1);
  REQUIRE(values.size() == 2);
  CHECK(Message(values[0]).texts.at(1).front() == "a");
  CHECK(Message(values[0]).floats.at(2) == 1.0F);
  CHECK(std::isnan(Message(values[1]).floats.at(2)));
}

TEST_CASE("an image is a PNG with its size and its kind of colour") {
  const TempFolder folder;
  const int channels = GENERATE(1, 3);
  const Image image{2, 300, channels, std::vector<std::uint8_t>(static_cast<std::size_t>(600 * channels), 77)};
  EventFile(folder.path(), 0).image(40, kTime, "samples", image);
  const Message event(records_of(file_of(folder)).at(1));
  CHECK(event.integers.at(2) == 40);
  const Message value = event.inside(5).inside(1);
  CHECK(value.texts.at(1).front() == "samples");
  const Message picture = value.inside(4);
  CHECK(picture.integers == std::map<int, std::int64_t>{{1, 2}, {2, 300}, {3, channels}});
  const std::string png = picture.texts.at(4).front();
  const Image decoded = decode_image(std::as_bytes(std::span(png)), "the event's image", {.channels = channels});
  CHECK(decoded.pixels == image.pixels);
}

TEST_CASE("a start writes a file of its own, named after those before it") {
  const TempFolder folder;
  write_file_atomically(folder / "events.out.tfevents.000009.radforge", "");
  write_file_atomically(folder / "events.out.tfevents.note", "");
  { const EventFile file(folder.path(), 0); }
  CHECK(std::filesystem::exists(folder / "events.out.tfevents.000010.radforge"));
  { const EventFile file(folder.path(), 0); }
  CHECK(std::filesystem::exists(folder / "events.out.tfevents.000011.radforge"));
}

TEST_CASE("what later steps left is dropped from the step after the checkpoint's on") {
  const TempFolder folder;
  EventFile file(folder.path(), 0);
  file.resume_from(20, kTime);
  file.resume_from(MetricLog::kFromStart, kTime);
  const std::vector<std::string> records = records_of(file_of(folder));
  REQUIRE(records.size() == 3);
  CHECK(Message(records[1]).integers.at(2) == 21);
  CHECK(Message(records[1]).inside(7).integers.at(1) == 1); // START
  CHECK(Message(records[2]).integers.at(2) == 0);
}

TEST_CASE("other ranks write no events") {
  const TempFolder folder;
  EventFile file(folder.path(), 1);
  file.resume_from(3, kTime);
  file.scalars(1, kTime, std::vector<Metric>{{"loss", 1}});
  file.image(1, kTime, "samples", {1, 1, 1, {0}});
  file.sync();
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("events of a folder that is not there are an I/O error with the path") {
  const TempFolder folder;
  CHECK_THROWS_AS(EventFile(folder / "missing", 0), IoError);
  CHECK_THROWS_WITH(EventFile(folder / "missing", 0), Contains("missing/events.out") && Contains("No such file"));
}

TEST_CASE("a record that finds no room is an I/O error and leaves no half") {
  const TempFolder folder;
  EventFile file(folder.path(), 0);
  file.scalars(1, kTime, std::vector<Metric>{{"loss", 1}});
  const std::string whole = file_of(folder);
  rlimit former{};
  getrlimit(RLIMIT_FSIZE, &former);
  auto* const handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit limit = former;
  limit.rlim_cur = whole.size() + 10;
  setrlimit(RLIMIT_FSIZE, &limit); // files of this process grow no further, as if the disk were full
  CHECK_THROWS_AS(file.scalars(2, kTime, std::vector<Metric>{{"loss", 2}}), IoError);
  setrlimit(RLIMIT_FSIZE, &former);
  std::signal(SIGXFSZ, handler);
  CHECK(file_of(folder) == whole);
  file.scalars(2, kTime, std::vector<Metric>{{"loss", 2}});
  file.sync();
  CHECK(records_of(file_of(folder)).size() == 3);
}
