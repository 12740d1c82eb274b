#include "radforge/io/contained.hpp"

#include "radforge/core/error.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <string_view>

namespace radforge {

namespace {

/// A minute, and what a slow disk takes to give so many bytes.
unsigned limit_s(std::uintmax_t num_bytes) { return 60 + static_cast<unsigned>(num_bytes / 5'000'000); }

[[noreturn]] void child(int out, const std::function<std::string()>& look, unsigned limit) {
  // A test's or a launcher's handler must not speak for the child.
  for (const int signal : {SIGFPE, SIGSEGV, SIGBUS, SIGABRT, SIGILL}) {
    ::signal(signal, SIG_DFL);
  }
  ::signal(SIGALRM, SIG_DFL);
  ::alarm(limit); // a loop in the damage must not become ours
  std::string text;
  try {
    text = look();
  } catch (const std::exception& error) {
    text = error.what();
  }
  for (std::string_view rest = text; !rest.empty();) {
    const ssize_t written = ::write(out, rest.data(), rest.size());
    if (written <= 0) {
      ::_exit(1);
    }
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  ::_exit(0); // nothing of the parent's is closed or flushed twice
}

std::string read_all(int in) {
  std::string text;
  std::array<char, 4096> part{};
  for (;;) {
    const ssize_t count = ::read(in, part.data(), part.size());
    if (count > 0) {
      text.append(part.data(), static_cast<std::size_t>(count));
    } else if (count == 0 || errno != EINTR) {
      return text;
    }
  }
}

} // namespace

std::string run_contained(const std::function<std::string()>& look, std::uintmax_t num_bytes) {
  const unsigned limit = limit_s(num_bytes);
  std::array<int, 2> pipe{};
  if (::pipe(pipe.data()) != 0) {
    throw IoError("a damaged file cannot be looked into ({})", std::strerror(errno));
  }
  const pid_t process = ::fork();
  if (process < 0) {
    const int reason = errno;
    ::close(pipe[0]);
    ::close(pipe[1]);
    throw IoError("a damaged file cannot be looked into ({})", std::strerror(reason));
  }
  if (process == 0) {
    ::close(pipe[0]);
    child(pipe[1], look, limit);
  }
  ::close(pipe[1]);
  std::string text = read_all(pipe[0]);
  ::close(pipe[0]);
  int status = 0;
  while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) {
    if (WTERMSIG(status) == SIGALRM) {
      return fmt::format("its structure is so damaged that HDF5 does not come to an end within {} s", limit);
    }
    return fmt::format("its structure is so damaged that HDF5 dies of it ({})", ::strsignal(WTERMSIG(status)));
  }
  return text;
}

} // namespace radforge
