#pragma once

#include <csignal>

namespace radforge {

/// Threads that start while it lives do not get these signals, which belong to the main thread.
class BlockedSignals {
 public:
  explicit BlockedSignals(const sigset_t& signals) { pthread_sigmask(SIG_BLOCK, &signals, &former_); }
  ~BlockedSignals() { pthread_sigmask(SIG_SETMASK, &former_, nullptr); }
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;

  static sigset_t all() {
    sigset_t signals;
    sigfillset(&signals);
    return signals;
  }
  static sigset_t only(int signal) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, signal);
    return signals;
  }

 private:
  sigset_t former_{};
};

} // namespace radforge
