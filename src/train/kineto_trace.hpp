#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace radforge {

/// A span that the code has named (RECORD_USER_SCOPE).
struct NamedSpan {
  std::string name;
  std::uint64_t thread = 0;
  std::int64_t start_ns = 0; ///< since 1970
  std::int64_t duration_ns = 0;
};

/// LibTorch's profiler, Kineto: operators and named spans of this thread and of those that autograd runs for it, and what the
/// device does for them. One at a time in a process. Errors: InternalError with Kineto's reason.
class KinetoTrace {
 public:
  /// Prepares, so that what the profiler needs of a GPU's driver is there before the start.
  explicit KinetoTrace(at::Device device);
  /// What was not saved is lost.
  ~KinetoTrace();
  KinetoTrace(const KinetoTrace&) = delete;
  KinetoTrace& operator=(const KinetoTrace&) = delete;

  /// Once, and stop() on the same thread.
  void start();
  void stop();
  /// After stop().
  std::vector<NamedSpan> named_spans() const;
  /// After stop(), once: as JSON of Chrome's trace events. Errors: IoError if there is no file then. Kineto tells of no other
  /// error: the file may be cut short.
  void save(const std::filesystem::path& path);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace radforge
