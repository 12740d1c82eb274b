#include "radforge/core/progress.hpp"

#include "radforge/core/clock.hpp"

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <regex>
#include <string>
#include <thread>

using namespace radforge;
using Catch::Matchers::Contains;

namespace {

/// Two ends of a pipe or of a pseudo terminal: the program writes to one, the test reads from the other.
class Channel {
 public:
  static Channel pipe() {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    return Channel(ends[0], ends[1]);
  }
  static Channel terminal(unsigned short width) {
    int ends[2];
    winsize size{.ws_row = 24, .ws_col = width, .ws_xpixel = 0, .ws_ypixel = 0};
    REQUIRE(::openpty(&ends[0], &ends[1], nullptr, nullptr, &size) == 0);
    return Channel(ends[0], ends[1]);
  }
  ~Channel() {
    ::close(reading_);
    ::close(writing_);
  }
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  int writing() const { return writing_; }

  /// All that was written so far.
  std::string text() const {
    std::string all;
    char buffer[4096];
    for (ssize_t count = 0; (count = ::read(reading_, buffer, sizeof buffer)) > 0;) {
      all.append(buffer, static_cast<std::size_t>(count));
    }
    return all;
  }

 private:
  Channel(int reading, int writing) : reading_(reading), writing_(writing) { ::fcntl(reading_, F_SETFL, O_NONBLOCK); }
  int reading_;
  int writing_;
};

Progress::Options options_for(const Channel& channel) {
  return {.label = "train", .unit = "images", .total = 200, .line_every_s = 0, .file_descriptor = channel.writing()};
}

bool matches(const std::string& text, const std::string& pattern) { return std::regex_match(text, std::regex(pattern)); }

} // namespace

TEST_CASE("progress in a log file is lines with count, share, rate, time left and note") {
  const Channel channel = Channel::pipe();
  Progress progress(options_for(channel));
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  progress.update(50, "loss 0.123");
  CHECK(matches(channel.text(),
                "\\d\\d:\\d\\d:\\d\\d info train 50/200 images \\(25.0 %\\), [0-9.]+ images/s, \\d+ s left, loss 0.123\n"));
  progress.update(200);
  CHECK(matches(channel.text(), ".* info train 200/200 images \\(100.0 %\\), [0-9.]+ images/s\n"));
  progress.finish();
  CHECK(matches(channel.text(), ".* info train done: 200/200 images in \\d+ s, [0-9.]+ images/s\n"));
}

TEST_CASE("progress in a log file waits between lines") {
  const Channel channel = Channel::pipe();
  Progress::Options options = options_for(channel);
  options.line_every_s = 3600;
  Progress progress(options);
  for (int i = 1; i <= 100; ++i) {
    progress.update(i);
  }
  CHECK(channel.text().empty());
  progress.finish();
  CHECK_THAT(channel.text(), Contains("train stopped at 100/200 images in") && !Contains("left"));
}

TEST_CASE("progress prints again when its time is up") {
  const Channel channel = Channel::pipe();
  Progress::Options options = options_for(channel);
  options.line_every_s = 0.05;
  Progress progress(options);
  std::this_thread::sleep_for(std::chrono::milliseconds(60));
  progress.update(2);
  CHECK_THAT(channel.text(), Contains("2/200 images"));
}

TEST_CASE("what was done before a resume is no part of the rate") {
  const Channel channel = Channel::pipe();
  Progress::Options options = options_for(channel);
  options.done = 150;
  Progress progress(options);
  progress.update(150);
  CHECK(matches(channel.text(), ".* train 150/200 images \\(75.0 %\\)\n"));
}

TEST_CASE("progress without a known total shows count and rate") {
  const Channel channel = Channel::pipe();
  Progress::Options options = options_for(channel);
  options.total = 0;
  Progress progress(options);
  progress.update(7);
  CHECK(matches(channel.text(), ".* train 7 images, [0-9.]+ images/s\n"));
}

TEST_CASE("progress ends once: finish, then the destructor, then nothing") {
  const Channel channel = Channel::pipe();
  {
    Progress progress(options_for(channel));
    progress.finish();
    CHECK_FALSE(channel.text().empty());
    progress.finish();
    progress.update(5);
  }
  CHECK(channel.text().empty());
  { const Progress progress(options_for(channel)); }
  CHECK_THAT(channel.text(), Contains("train stopped at 0/200"));
}

TEST_CASE("progress that is not enabled prints nothing") {
  const Channel channel = Channel::pipe();
  {
    Progress::Options options = options_for(channel);
    options.enabled = false;
    Progress progress(options);
    progress.update(5);
  }
  CHECK(channel.text().empty());
}

TEST_CASE("progress on a terminal is one line with a bar, drawn over and ended by a line feed") {
  const Channel channel = Channel::terminal(120);
  Progress progress(options_for(channel));
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  progress.update(100, "loss 0.5");
  const std::string first = channel.text();
  CHECK_THAT(first, Catch::StartsWith("\rtrain [############------------]  50 % 100/200 images, ") && Catch::EndsWith("\x1b[K"));
  CHECK_THAT(first, Contains("images/s") && Contains("left") && Contains("loss 0.5") && !Contains("\n"));
  std::this_thread::sleep_for(std::chrono::milliseconds(110));
  progress.update(102);
  CHECK_THAT(channel.text(), Catch::StartsWith("\rtrain [") && Contains("102/200"));
  progress.update(200);
  progress.finish();
  CHECK_THAT(channel.text(), Contains("100 % 200/200 images") && Catch::EndsWith("\n"));
}

TEST_CASE("progress on a terminal is drawn ten times a second at most") {
  const Channel channel = Channel::terminal(120);
  Progress progress(options_for(channel));
  const Stopwatch watch;
  for (int i = 0; i < 2000; ++i) {
    progress.update(i % 200);
  }
  const std::string text = channel.text();
  CHECK(static_cast<double>(std::count(text.begin(), text.end(), '\r')) <= 1 + watch.seconds() / 0.1);
}

TEST_CASE("progress on a narrow terminal is cut instead of wrapped") {
  const Channel channel = Channel::terminal(40);
  Progress progress(options_for(channel));
  progress.update(100, std::string(200, 'x'));
  const std::string text = channel.text();
  CHECK(text.size() == std::string("\r").size() + 39 + std::string("\x1b[K").size());
}
