#include "radforge/run/event_file.hpp"

#include "protobuf_message.hpp"
#include "tf_record.hpp"

#include "radforge/core/error.hpp"
#include "radforge/core/file_descriptor.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <string_view>

namespace radforge {

namespace fs = std::filesystem;

namespace {

// Field numbers of TensorFlow's core/util/event.proto and core/framework/summary.proto.
namespace event {
enum : std::uint32_t { wall_time = 1, step = 2, file_version = 3, summary = 5, session_log = 7 };
}
namespace session_log {
enum : std::uint32_t { status = 1 };
constexpr std::int64_t start = 1;
} // namespace session_log
namespace summary {
enum : std::uint32_t { value = 1 };
}
namespace value {
enum : std::uint32_t { tag = 1, simple_value = 2, image = 4 };
}
namespace summary_image {
enum : std::uint32_t { height = 1, width = 2, colorspace = 3, encoded_image = 4 };
}

constexpr std::string_view prefix = "events.out.tfevents.";

// Readers take the files of a folder in the order of their names.
fs::path next_path(const fs::path& folder) {
  std::int64_t last = 0;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (std::int64_t number = 0; name.starts_with(prefix)) {
      std::from_chars(name.data() + prefix.size(), name.data() + name.size(), number);
      last = std::max(last, number);
    }
  }
  return folder / fmt::format("{}{:06}.radforge", prefix, last + 1); // a folder that is missing: open says so
}

ProtobufMessage event_at(std::int64_t step, double wall_time) {
  ProtobufMessage message;
  message.float64(event::wall_time, wall_time).integer(event::step, step);
  return message;
}

} // namespace

EventFile::EventFile(const fs::path& folder, int rank) {
  if (rank != 0) {
    return;
  }
  file_ = std::make_unique<FileDescriptor>(next_path(folder), O_WRONLY | O_CREAT | O_EXCL | O_APPEND, 0666);
  const double now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  append(ProtobufMessage().float64(event::wall_time, now).bytes(event::file_version, "brain.Event:2").encoded());
}

EventFile::~EventFile() = default;

void EventFile::resume_from(std::int64_t step, double wall_time) {
  // What is dropped begins with the step of a session's start.
  const ProtobufMessage session = ProtobufMessage().integer(session_log::status, session_log::start);
  append(event_at(step + 1, wall_time).message(event::session_log, session).encoded());
}

void EventFile::scalars(std::int64_t step, double wall_time, std::span<const Metric> values) {
  ProtobufMessage summary;
  for (const Metric& metric : values) {
    summary.message(
        summary::value,
        ProtobufMessage().bytes(value::tag, metric.name).float32(value::simple_value, static_cast<float>(metric.value)));
  }
  append(event_at(step, wall_time).message(event::summary, summary).encoded());
}

void EventFile::image(std::int64_t step, double wall_time, const std::string& tag, const Image& image) {
  if (!file_) {
    return;
  }
  const ProtobufMessage picture = ProtobufMessage()
                                      .integer(summary_image::height, image.height)
                                      .integer(summary_image::width, image.width)
                                      .integer(summary_image::colorspace, image.channels) // 1 grey, 3 RGB
                                      .bytes(summary_image::encoded_image, encode_png(image));
  const ProtobufMessage entry = ProtobufMessage().bytes(value::tag, tag).message(value::image, picture);
  append(event_at(step, wall_time).message(event::summary, ProtobufMessage().message(summary::value, entry)).encoded());
}

void EventFile::sync() {
  if (file_) {
    file_->sync();
  }
}

void EventFile::append(const std::string& message) {
  if (!file_) {
    return;
  }
  const std::string record = tf_record(message);
  try {
    file_->write(std::as_bytes(std::span(record)));
  } catch (const IoError&) {
    [[maybe_unused]] const int cut = ::ftruncate(file_->number(), length_); // what follows a half record cannot be read
    throw;
  }
  length_ += static_cast<std::int64_t>(record.size());
}

} // namespace radforge
