#pragma once

#include "radforge/io/image.hpp"
#include "radforge/run/metric_log.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace radforge {

class FileDescriptor;

/// What TensorBoard shows of a run: scalars and images by step. TFRecords of tensorflow.Event messages in
/// `<folder>/events.out.tfevents.<n>.radforge`, a new file at each start, numbered so that names sort by start. It holds times
/// of the clock, and so differs between repetitions of a run. A record is handed to the operating system in one piece before
/// the call returns, so a kill of the process tears the last one at most, and TensorBoard leaves out what is torn; after sync()
/// records outlive a crash of the machine. Rank 0 writes; on other ranks nothing happens. Errors: IoError (disk full: the half
/// record is cut).
class EventFile {
 public:
  EventFile(const std::filesystem::path& folder, int rank);
  ~EventFile();
  EventFile(const EventFile&) = delete;
  EventFile& operator=(const EventFile&) = delete;

  /// The run goes on from `step`, that of the checkpoint it loaded: TensorBoard drops what earlier files hold of later steps.
  /// MetricLog::kFromStart drops all. `wall_time`: seconds since 1970, here and below.
  void resume_from(std::int64_t step, double wall_time);

  /// One record for all values, as fp32; NaN and infinities stay what they are.
  void scalars(std::int64_t step, double wall_time, std::span<const Metric> values);
  /// The image as a PNG.
  void image(std::int64_t step, double wall_time, const std::string& tag, const Image& image);

  /// To the disk.
  void sync();

 private:
  void append(const std::string& message);

  std::unique_ptr<FileDescriptor> file_;
  std::int64_t length_ = 0;
};

} // namespace radforge
