#pragma once

#include "gpu_event.hpp"
#include "nccl_link.hpp"
#include "radforge/comm/collective.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace radforge {

struct NcclMonitorOptions {
  int rank = 0;
  int device = 0;
  double deadline_s = 0; ///< 0 = none
};

/// Knows the collectives that were started and have not ended, and looks from a thread of its own whether NCCL has failed or one
/// of them is overdue; then the link fails. They end in the order of their calls.
class NcclMonitor {
 public:
  NcclMonitor(std::shared_ptr<NcclLink> link, std::shared_ptr<GpuRuntime> runtime, NcclMonitorOptions options);
  ~NcclMonitor();
  NcclMonitor(const NcclMonitor&) = delete;
  NcclMonitor& operator=(const NcclMonitor&) = delete;

  /// A collective is about to be called.
  void begin(const Collective& call);
  /// The one begun last was handed to its stream; `done` is recorded behind it.
  void handed_over(std::shared_ptr<const GpuEvent> done);
  /// The call of the one begun last failed. Throws what the link's check() throws.
  [[noreturn]] void fail_call(const std::string& why);

 private:
  using Clock = std::chrono::steady_clock;
  struct Entry {
    std::int64_t number = 0;
    Collective call;
    Clock::time_point since;              ///< the deadline runs from here
    std::shared_ptr<const GpuEvent> done; ///< null: not handed over
  };

  void watch(const std::stop_token& stop);
  void look();
  /// Forgets what has ended.
  void forget_done();
  std::string overdue() const;
  std::string name_next() const;

  const std::shared_ptr<NcclLink> link_;
  const std::shared_ptr<GpuRuntime> runtime_;
  const NcclMonitorOptions options_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<Entry> under_way_; ///< oldest first
  std::int64_t num_begun_ = 0;
  std::jthread thread_; ///< last member: it uses the others
};

} // namespace radforge
