#include "radforge/core/log.hpp"

#include "radforge/core/atomic_file.hpp"
#include "temp_folder.hpp"

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <regex>
#include <sstream>
#include <vector>

using namespace radforge;

namespace {

/// What `action` writes to stderr.
std::string captured(const std::function<void()>& action) {
  const TempFolder folder;
  const int saved = ::dup(STDERR_FILENO);
  const int file = ::open((folder / "stderr").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::dup2(file, STDERR_FILENO);
  action();
  ::dup2(saved, STDERR_FILENO);
  ::close(file);
  ::close(saved);
  return read_file(folder / "stderr");
}

bool matches(const std::string& text, const std::string& pattern) { return std::regex_match(text, std::regex(pattern)); }

} // namespace

TEST_CASE("a log line is time, level and text") {
  CHECK(matches(captured([] { Log(0, 1).info("{} of {}", 3, "x"); }), "\\d\\d:\\d\\d:\\d\\d info 3 of x\n"));
  CHECK(matches(captured([] { Log(0, 1).warning("hot"); }), "\\d\\d:\\d\\d:\\d\\d warning hot\n"));
  CHECK(matches(captured([] { Log(0, 1).all(LogLevel::error, "{} braces stay"); }),
                "\\d\\d:\\d\\d:\\d\\d error \\{\\} braces stay\n"));
  CHECK(matches(captured([] { Log(0, 1, LogLevel::debug).all(LogLevel::debug, "x"); }), "\\d\\d:\\d\\d:\\d\\d debug x\n"));
}

TEST_CASE("what happens on all ranks is printed by rank 0 alone") {
  CHECK(matches(captured([] { Log(0, 4).info("x"); }), ".* info x\n"));
  CHECK(captured([] { Log(2, 4).info("x"); }).empty());
}

TEST_CASE("what happens on one rank is printed with its rank") {
  CHECK(matches(captured([] { Log(2, 4).local(LogLevel::warning, "x"); }), ".* warning \\[rank 2\\] x\n"));
  CHECK(matches(captured([] { Log(0, 4).local(LogLevel::warning, "x"); }), ".* warning \\[rank 0\\] x\n"));
  CHECK(matches(captured([] { Log(0, 1).local(LogLevel::warning, "x"); }), ".* warning x\n"));
}

TEST_CASE("messages below the least level are dropped") {
  CHECK(captured([] { Log(0, 1).all(LogLevel::debug, "x"); }).empty());
  CHECK(captured([] { Log(0, 1, LogLevel::warning).info("x"); }).empty());
  CHECK_FALSE(captured([] { Log(0, 1, LogLevel::warning).warning("x"); }).empty());
}

TEST_CASE("a default log and its copies print nothing") {
  CHECK(captured([] {
          const Log silent;
          const Log copy = silent;
          copy.info("x");
          silent.local(LogLevel::error, "x");
        }).empty());
}

TEST_CASE("copies of a log print like it") {
  CHECK(matches(captured([] {
                  Log copy;
                  copy = Log(0, 2);
                  copy.info("x");
                }),
                ".* info x\n"));
}

TEST_CASE("lines of several processes do not tear") {
  constexpr int num_ranks = 4;
  constexpr int num_lines = 200;
  const std::string output = captured([] {
    std::vector<pid_t> children;
    for (int rank = 0; rank < num_ranks; ++rank) {
      const pid_t child = ::fork();
      if (child == 0) {
        const Log log(rank, num_ranks);
        for (int i = 0; i < num_lines; ++i) {
          log.local(LogLevel::info, std::string(300, static_cast<char>('a' + rank)));
        }
        ::_exit(0);
      }
      REQUIRE(child > 0);
      children.push_back(child);
    }
    for (const pid_t child : children) {
      ::waitpid(child, nullptr, 0);
    }
  });
  std::istringstream lines(output);
  std::string line;
  int num_whole = 0;
  while (std::getline(lines, line)) {
    const std::size_t rank_at = line.find("[rank ");
    const std::string text = line.substr(std::min(line.size(), rank_at + 9));
    num_whole += rank_at == 14 && text == std::string(300, static_cast<char>('a' + line[20] - '0'));
  }
  CHECK(num_whole == num_ranks * num_lines);
}

TEST_CASE("a log line on a terminal wipes the progress bar it lands on") {
  int terminal = -1;
  int program = -1;
  REQUIRE(::openpty(&terminal, &program, nullptr, nullptr, nullptr) == 0);
  const int saved = ::dup(STDERR_FILENO);
  ::dup2(program, STDERR_FILENO);
  Log(0, 1).info("x");
  ::dup2(saved, STDERR_FILENO);
  ::close(saved);
  char buffer[256];
  const ssize_t count = ::read(terminal, buffer, sizeof buffer);
  ::close(program);
  ::close(terminal);
  REQUIRE(count > 0);
  CHECK(std::string(buffer, static_cast<std::size_t>(count)).starts_with("\r\x1b[K"));
}
