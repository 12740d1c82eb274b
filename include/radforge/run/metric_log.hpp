#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace radforge {

class EventFile;
class JsonLines;
struct Image;

struct Metric {
  std::string name;
  double value = 0;
};

/// The numbers of a run in its folder, one JSON object a line, `{"step":10,"loss":0.1}`, steps strictly increasing:
/// `metrics.jsonl` for results, the same in every repetition of the run, and `timing.jsonl` for rates and times. NaN and
/// infinities become null. A line is handed to the operating system before the call returns, so it outlives a kill of the
/// process, and after sync() a crash of the machine; what is torn off is cut away at the next start. The same numbers and
/// pictures go into event files for TensorBoard (run/event_file.hpp). Rank 0 writes; on other ranks nothing happens. Errors:
/// IoError (disk full: the half line is cut).
class MetricLog {
 public:
  /// Opens the files and keeps what is in them.
  MetricLog(const std::filesystem::path& folder, int rank);
  ~MetricLog();
  MetricLog(const MetricLog&) = delete;
  MetricLog& operator=(const MetricLog&) = delete;

  /// Drops the lines of later steps: the run goes on from `step`, that of the checkpoint it loaded. `kFromStart` drops all.
  void resume_from(std::int64_t step);
  static constexpr std::int64_t kFromStart = -1;

  /// One line of results. InternalError unless `step` is above the last one's.
  void write(std::int64_t step, const std::vector<Metric>& values);
  /// One line of rates and times; its steps are counted apart.
  void write_timing(std::int64_t step, const std::vector<Metric>& values);
  /// The metric of that name at each step that has it, NaN for a null; nothing on other ranks than 0.
  std::vector<std::pair<std::int64_t, double>> values_of(const std::string& name) const;
  /// A picture for TensorBoard.
  void write_image(std::int64_t step, const std::string& name, const Image& image);

  /// Before a checkpoint is published, from whose step a resumed run goes on: the lines up to it are not made again.
  void sync();

 private:
  EventFile& events();

  std::filesystem::path folder_;
  std::unique_ptr<JsonLines> metrics_;
  std::unique_ptr<JsonLines> timing_;
  std::unique_ptr<EventFile> events_; ///< made when a number is written: not every run has some
};

} // namespace radforge
