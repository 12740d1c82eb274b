#include "continue_guard.hpp"

#include "radforge/core/error.hpp"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>

namespace radforge {

namespace {

// A signal handler can reach static objects only.
std::atomic<const WatchBoard*> guarded{nullptr};
static_assert(std::atomic<const WatchBoard*>::is_always_lock_free);
struct sigaction former;

void end_if_too_late(int /*signal*/) {
  const int saved = errno;
  const WatchBoard* board = guarded.load();
  if (board != nullptr && board->must_end()) {
    while (board->claimed()) { // the watchdog's thread, which gets no signals, is ending the world
      pause();
    }
    static constexpr char text[] =
        "this process was stopped for longer than its deadline, or while its world was ended: it ends\n";
    [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, text, sizeof text - 1);
    _exit(static_cast<int>(ExitCode::communication));
  }
  errno = saved;
}

} // namespace

ContinueGuard::ContinueGuard(const WatchBoard& board) {
  const WatchBoard* none = nullptr;
  require(guarded.compare_exchange_strong(none, &board), "a process has one Watchdog at a time");
  struct sigaction action = {};
  action.sa_handler = end_if_too_late;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGCONT, &action, &former);
}

ContinueGuard::~ContinueGuard() {
  sigaction(SIGCONT, &former, nullptr);
  guarded = nullptr;
}

} // namespace radforge
