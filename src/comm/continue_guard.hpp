#pragma once

#include "watch_board.hpp"

namespace radforge {

/// Ends a stopped process the moment it is continued (SIGCONT) if it must not go on. The handler runs in the main thread before
/// that thread executes anything else, as long as no other thread can take the signal: MpiSession keeps it from MPI's. One object
/// at a time in a process; the destructor puts the former handler back.
class ContinueGuard {
 public:
  explicit ContinueGuard(const WatchBoard& board);
  ~ContinueGuard();
  ContinueGuard(const ContinueGuard&) = delete;
  ContinueGuard& operator=(const ContinueGuard&) = delete;
};

} // namespace radforge
