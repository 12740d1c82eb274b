#include "radforge/core/error.hpp"
#include "radforge/io/image.hpp"

#include "dicom_bytes.hpp"
#include "helpers.hpp"
#include "temp_folder.hpp"

#include <cstdio>
#include <thread>
#include <unistd.h>

using namespace radforge;
using Catch::Matchers::Contains;

namespace {

constexpr const char* grey_files[] = {
    "explicit.dcm",     "implicit.dcm",      "big-endian.dcm",  "deflated.dcm",       "monochrome1.dcm", "monochrome1-window.dcm",
    "two-windows.dcm",  "window-of-one.dcm", "sigmoid.dcm",     "linear-exact.dcm",   "signed.dcm",      "fraction.dcm",
    "modality-lut.dcm", "voi-lut.dcm",       "no-preamble.dcm", "voi-lut-signed.dcm", "voi-lut-8.dcm"};
constexpr const char* compressed_files[] = {
    "rle.dcm",           "rle-8.dcm",         "jpeg-ls.dcm",         "jpeg-ls-near.dcm",
    "jpeg-2000.dcm",     "jpeg-2000-16.dcm",  "jpeg-2000-lossy.dcm", "jpeg-2000-signed.dcm",
    "jpeg-baseline.dcm", "jpeg-extended.dcm", "jpeg-lossless.dcm",   "jpeg-lossless-predictor.dcm"};
constexpr const char* colour_files[] = {"rgb.dcm",     "rgb-planes.dcm",    "ybr-full.dcm",
                                        "palette.dcm", "jpeg-2000-rgb.dcm", "jpeg-baseline-rgb.dcm"};

std::string fault_in(std::string_view content, const ImageOptions& options = {}) {
  return error_of<DataError>([&] { decode_image(bytes_of(content), "x.dcm", options); });
}

void check_grey(const char* name) {
  INFO(name);
  const Image image = read_image(golden(name));
  CHECK(image.height == 40);
  CHECK(image.width == 56);
  CHECK(image.channels == 1);
  CHECK(largest_difference(pixels_of(image), read_file(golden(std::string(name) + ".grey"))) <= 1);
}

/// What is written to a descriptor while `action` runs.
template <class Action>
std::string written_to(int descriptor, Action&& action) {
  std::FILE* const file = std::tmpfile();
  REQUIRE(file != nullptr);
  std::fflush(nullptr);
  const int saved = dup(descriptor);
  dup2(fileno(file), descriptor);
  action();
  std::fflush(nullptr);
  dup2(saved, descriptor);
  close(saved);
  std::string text(1000, '\0');
  std::rewind(file);
  text.resize(std::fread(text.data(), 1, text.size(), file));
  std::fclose(file);
  return text;
}

} // namespace

TEST_CASE("dicom: uncompressed files of every encoding and lookup show what pydicom shows") {
  for (const char* name : grey_files) {
    check_grey(name);
  }
}

TEST_CASE("dicom: every compression of the collections is decoded") {
  for (const char* name : compressed_files) {
    check_grey(name);
  }
}

TEST_CASE("dicom: colour stays colour, or becomes luma") {
  for (const char* name : colour_files) {
    INFO(name);
    const Image image = read_image(golden(name), {.channels = 3});
    CHECK(image.height == 40);
    CHECK(image.width == 56);
    CHECK(image.channels == 3);
    CHECK(largest_difference(pixels_of(image), read_file(golden(std::string(name) + ".rgb"))) <= 1);
    CHECK(read_image(golden(name)).pixels.size() == 40 * 56);
  }
}

TEST_CASE("dicom: an image of one pixel is read") {
  const Image image = read_image(golden("one.dcm"));
  CHECK(image.height == 1);
  CHECK(image.pixels == std::vector<std::uint8_t>{200});
}

TEST_CASE("dicom: without a window the darkest value is black and the brightest white") {
  const Image image = read_image(golden("implicit.dcm"));
  const auto [low, high] = std::minmax_element(image.pixels.begin(), image.pixels.end());
  CHECK(*low == 0);
  CHECK(*high == 255);
}

TEST_CASE("dicom: bits beside the stored ones do not count") {
  // 12 bits are stored; overlays of old files lie in the four above.
  std::string content = read_file(golden("explicit.dcm"));
  for (std::size_t at = content.size() - 2 * 40 * 56 + 1; at < content.size(); at += 2) {
    content[at] = static_cast<char>(content[at] | 0x50);
  }
  CHECK(decode_image(bytes_of(content), "x.dcm").pixels == read_image(golden("explicit.dcm")).pixels);
}

TEST_CASE("dicom: a file cut anywhere is refused") {
  for (const char* name : {"explicit.dcm", "deflated.dcm", "rle.dcm", "jpeg-lossless.dcm", "jpeg-2000.dcm", "voi-lut.dcm"}) {
    INFO(name);
    const std::string content = read_file(golden(name));
    for (std::size_t length = 132; length < content.size(); length += length < 2000 ? 1 : 7) {
      INFO(length);
      REQUIRE_THAT(fault_in(std::string_view(content).substr(0, length)), Contains("x.dcm") && Contains("DICOM"));
    }
  }
}

TEST_CASE("dicom: compressed pixels that end too early are refused, made up by no decoder") {
  for (const char* name : compressed_files) {
    INFO(name);
    CHECK_THAT(fault_in(with_half_a_fragment(read_file(golden(name)))), Contains("damaged or truncated"));
  }
}

TEST_CASE("dicom: a header of 60000 x 60000 is refused before memory is taken") {
  for (const char* name : {"explicit.dcm", "rle.dcm", "jpeg-baseline.dcm", "jpeg-ls.dcm", "jpeg-2000.dcm", "rgb.dcm"}) {
    INFO(name);
    CHECK_THAT(fault_in(with_size(read_file(golden(name)), 60000, 60000)),
               Contains("60000 x 60000") && Contains("above the limit"));
    CHECK_THAT(fault_in(with_size(read_file(golden(name)), 0, 56)), Contains("a side is zero"));
  }
}

TEST_CASE("dicom: a header that lies about its pixels is refused") {
  for (const char* name : {"explicit.dcm", "rgb.dcm", "palette.dcm"}) {
    CHECK_THAT(fault_in(with_size(read_file(golden(name)), 41, 56)), Contains("fewer pixels than its header says"));
  }
  for (const char* name : {"rle.dcm", "jpeg-ls.dcm", "jpeg-baseline.dcm", "jpeg-lossless.dcm", "jpeg-baseline-rgb.dcm"}) {
    INFO(name);
    CHECK_THAT(fault_in(with_size(read_file(golden(name)), 41, 56)), Contains("damaged or truncated"));
  }
  CHECK_THAT(fault_in(with_size(read_file(golden("jpeg-baseline.dcm")), 39, 56)), Contains("not of the size"));
  CHECK_THAT(fault_in(with_size(read_file(golden("jpeg-2000.dcm")), 39, 56)),
             Contains("56 x 40") && Contains("56 x 39") && Contains("lies"));
  // Pixel data of four gigabytes in a file of a few kilobytes.
  std::string content = read_file(golden("explicit.dcm"));
  content.replace(content.size() - 2 * 40 * 56 - 4, 4, little_endian(0xFFFFFFF0, 4));
  CHECK_THAT(fault_in(content), Contains("damaged or truncated"));
}

TEST_CASE("dicom: a deflated file that unpacks to more than the limit is refused") {
  CHECK_THAT(fault_in(read_file(golden("deflated.dcm")), {.limits = {.max_file_bytes = 4000}}),
             Contains("unpacks to more than the limit of 4000"));
}

TEST_CASE("dicom: what cannot be decoded is refused by its name") {
  const std::string jpeg2000 = read_file(golden("jpeg-2000.dcm"));
  CHECK_THAT(fault_in(with_text(jpeg2000, "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.92")),
             Contains("transfer syntax 1.2.840.10008.1.2.4.92"));
  CHECK_THAT(fault_in(with_text(jpeg2000, "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.7.90")),
             Contains("transfer syntax 1.2.840.10008.1.2.7.90"));
  CHECK_THAT(fault_in(with_text(read_file(golden("rgb.dcm")), "RGB ", "CMYK")), Contains("colour space 'CMYK'"));
  CHECK_THAT(fault_in(with_number(read_file(golden("explicit.dcm")), 0x0002, 3)), Contains("3 samples a pixel"));
  CHECK_THAT(fault_in(with_number(read_file(golden("explicit.dcm")), 0x0100, 32)), Contains("32 bits allocated"));
  CHECK_THAT(fault_in(with_number(read_file(golden("explicit.dcm")), 0x0101, 17)), Contains("17 stored"));
  const std::string num_frames = tag_bytes(0x28, 8) + "IS" + little_endian(2, 2);
  CHECK_THAT(fault_in(with_text(read_file(golden("explicit.dcm")), num_frames + "1 ", num_frames + "2 ")), Contains("2 frames"));
}

TEST_CASE("dicom: a file without an image is refused, and says what it lacks") {
  const std::string content = read_file(golden("explicit.dcm"));
  CHECK_THAT(fault_in(content.substr(0, content.size() - 2 * 40 * 56 - 12)), Contains("fewer pixels"));
  // Rows become an element that no one knows.
  CHECK_THAT(fault_in(with_text(content, tag_bytes(0x28, 0x10) + "US", tag_bytes(0x28, 0x12) + "US")), Contains("lacks Rows"));
}

TEST_CASE("dicom: any flipped byte is an error or an image, never worse") {
  for (const char* name : {"explicit.dcm", "voi-lut.dcm", "rle.dcm", "jpeg-extended.dcm", "jpeg-ls.dcm", "jpeg-2000-lossy.dcm",
                           "jpeg-baseline-rgb.dcm", "palette.dcm"}) {
    const std::string content = read_file(golden(name));
    for (std::size_t at = 132; at < content.size(); at += at < 1200 ? 1 : 23) {
      std::string damaged = content;
      damaged[at] = static_cast<char>(damaged[at] ^ 0xFF);
      try {
        const Image image = decode_image(bytes_of(damaged), "x.dcm", {.limits = {.max_pixels = 1'000'000}});
        CHECK(image.pixels.size() == static_cast<std::size_t>(image.height) * static_cast<std::size_t>(image.width));
      } catch (const DataError&) {
      }
    }
  }
}

TEST_CASE("dicom: the libraries behind it print nothing") {
  for (const int descriptor : {STDOUT_FILENO, STDERR_FILENO}) {
    CHECK(written_to(descriptor, [] {
            const std::string content = read_file(golden("explicit.dcm"));
            fault_in(std::string_view(content).substr(0, 1000));
            for (const char* name : compressed_files) {
              fault_in(with_half_a_fragment(read_file(golden(name))));
            }
          }).empty());
  }
}

TEST_CASE("dicom: threads decode at the same time") {
  const auto decode_all = [](std::vector<Image>& images) {
    for (const char* name : compressed_files) {
      images.push_back(read_image(golden(name)));
    }
  };
  std::vector<std::vector<Image>> images(4);
  std::vector<std::thread> threads;
  for (auto& of_thread : images) {
    threads.emplace_back([&] { decode_all(of_thread); });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  for (std::size_t i = 0; i < std::size(compressed_files); ++i) {
    for (const auto& of_thread : images) {
      CHECK(of_thread[i].pixels == images[0][i].pixels);
    }
  }
}
