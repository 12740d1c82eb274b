#include "nccl_monitor.hpp"

#include "blocked_signals.hpp"
#include "radforge/core/error.hpp"

#include <utility>

namespace radforge {

namespace {

constexpr std::chrono::milliseconds kBeat{100};
constexpr const char* kAdvice = "look for the first message of another rank, and resume from the last checkpoint";

} // namespace

NcclMonitor::NcclMonitor(std::shared_ptr<NcclLink> link, std::shared_ptr<GpuRuntime> runtime, NcclMonitorOptions options)
    : link_(std::move(link)), runtime_(std::move(runtime)), options_(options) {
  const BlockedSignals blocked(BlockedSignals::all());
  thread_ = std::jthread([this](const std::stop_token& stop) { watch(stop); });
}

NcclMonitor::~NcclMonitor() {
  thread_.request_stop();
  thread_.join();
}

void NcclMonitor::begin(const Collective& call) {
  const std::lock_guard lock(mutex_);
  under_way_.push_back({++num_begun_, call, Clock::now(), nullptr});
}

void NcclMonitor::handed_over(std::shared_ptr<const GpuEvent> done) {
  const std::lock_guard lock(mutex_);
  under_way_.back().done = std::move(done); // it ends last, so the thread has not forgotten it
}

void NcclMonitor::fail_call(const std::string& why) {
  std::string text;
  {
    const std::lock_guard lock(mutex_);
    const Entry& entry = under_way_.back();
    text = fmt::format("collective {} of NCCL, {}, failed on rank {} ({}): {}", entry.number, describe(entry.call), options_.rank,
                       why, kAdvice);
  }
  link_->fail(text);
  link_->check();
  throw CommunicationError(text); // not reached: check() has thrown
}

void NcclMonitor::watch(const std::stop_token& stop) {
  try {
    runtime_->set_device(options_.device); // else a look at an event would take memory of device 0
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, stop, kBeat, [] { return false; }) && !stop.stop_requested()) {
      lock.unlock();
      look();
      lock.lock();
    }
  } catch (const std::exception& error) {
    std::string text;
    {
      const std::lock_guard lock(mutex_);
      text = fmt::format("NCCL failed on rank {} {} ({}): {}", options_.rank, name_next(), error.what(), kAdvice);
    }
    link_->fail(text);
  }
}

void NcclMonitor::look() {
  std::string late;
  {
    const std::lock_guard lock(mutex_);
    forget_done(); // first, so that an error is told with the collective that it stopped
    late = overdue();
  }
  link_->is_ready();
  if (!late.empty()) {
    link_->fail(late);
    link_->check(); // ends the watch
  }
}

void NcclMonitor::forget_done() {
  while (!under_way_.empty() && under_way_.front().done != nullptr && under_way_.front().done->is_done()) {
    under_way_.pop_front();
    if (!under_way_.empty()) {
      under_way_.front().since = Clock::now();
    }
  }
}

std::string NcclMonitor::overdue() const {
  if (under_way_.empty() || options_.deadline_s <= 0 ||
      std::chrono::duration<double>(Clock::now() - under_way_.front().since).count() < options_.deadline_s) {
    return {};
  }
  const Entry& entry = under_way_.front();
  return fmt::format("collective {} of NCCL, {}, has not ended on rank {} for {:g} s (another rank did not come to it or has "
                     "ended, or the network between them is cut): {}",
                     entry.number, describe(entry.call), options_.rank, options_.deadline_s, kAdvice);
}

std::string NcclMonitor::name_next() const {
  if (under_way_.empty()) {
    return fmt::format("after collective {}", num_begun_);
  }
  return fmt::format("in collective {}, {}", under_way_.front().number, describe(under_way_.front().call));
}

} // namespace radforge
