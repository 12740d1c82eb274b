#include "plot_process.hpp"

#include "radforge/core/error.hpp"
#include "radforge/core/file_descriptor.hpp"

#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

extern char** environ; // NOLINT(readability-redundant-declaration): POSIX has it in no header

namespace radforge {

namespace {

/// A file in memory that has no name.
class MemoryFile {
 public:
  MemoryFile() : number_(::memfd_create("gnuplot", MFD_CLOEXEC)) {
    if (number_ < 0) {
      throw_io_error("make", "a file in memory", errno);
    }
  }
  ~MemoryFile() { ::close(number_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  int number() const { return number_; }

  void write(const std::string& text) {
    for (std::size_t done = 0; done < text.size();) {
      const ssize_t count = ::pwrite(number_, text.data() + done, text.size() - done, static_cast<off_t>(done));
      if (count < 0) {
        throw_io_error("write", "a file in memory", errno);
      }
      done += static_cast<std::size_t>(count);
    }
  }

  std::string text() const {
    std::string text;
    std::array<char, 65536> buffer{};
    ssize_t count = 0;
    while ((count = ::pread(number_, buffer.data(), buffer.size(), static_cast<off_t>(text.size()))) > 0) {
      text.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return text;
  }

 private:
  int number_;
};

} // namespace

std::optional<std::string> run_gnuplot(const std::string& script) {
  MemoryFile input;
  input.write(script);
  const MemoryFile output;
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, input.number(), STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, output.number(), STDOUT_FILENO);
  std::array<char*, 3> arguments{const_cast<char*>("gnuplot"), const_cast<char*>("-d"), nullptr}; // which are not written to
  pid_t child = 0;
  const int error = ::posix_spawnp(&child, "gnuplot", &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (error == ENOENT) {
    return std::nullopt;
  }
  if (error != 0) {
    throw_io_error("start", "gnuplot", error);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) {
      throw_io_error("wait for", "gnuplot", errno);
    }
  }
  std::string text = output.text();
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || text.empty()) {
    throw IoError("gnuplot could not draw a plot (it ended with {}, and told above why) the numbers are in the tables",
                  WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  }
  return text;
}

} // namespace radforge
