#include "radforge/run/stop_request.hpp"

#include "radforge/core/error.hpp"
#include "temp_folder.hpp"

#include <catch2/catch.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

using namespace radforge;

namespace {

int signals_seen_before = 0;
void count(int) { ++signals_seen_before; }

} // namespace

TEST_CASE("USR1 and USR2 ask for a stop") {
  const auto [signal, name] = GENERATE(table<int, std::string>({{SIGUSR1, "signal USR1"}, {SIGUSR2, "signal USR2"}}));
  const StopRequest stop;
  CHECK_FALSE(stop.requested());
  CHECK(stop.reason().empty());
  REQUIRE(std::raise(signal) == 0);
  CHECK(stop.requested());
  CHECK(stop.reason() == name);
}

TEST_CASE("the first signal is the reason, however many come") {
  const StopRequest stop;
  std::raise(SIGUSR2);
  std::raise(SIGUSR1);
  std::raise(SIGUSR1);
  CHECK(stop.reason() == "signal USR2");
}

TEST_CASE("TERM ends the process as if there were no request") {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    std::signal(SIGTERM, SIG_DFL); // not Catch's
    const StopRequest stop;
    std::raise(SIGTERM);
    _exit(0);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGTERM);
}

TEST_CASE("a request ends with its object, and the former handlers come back") {
  const auto former = std::signal(SIGUSR1, count);
  signals_seen_before = 0;
  {
    const StopRequest stop;
    std::raise(SIGUSR1);
    CHECK(stop.requested());
  }
  CHECK(signals_seen_before == 0);
  std::raise(SIGUSR1);
  CHECK(signals_seen_before == 1);
  {
    const StopRequest stop;
    CHECK_FALSE(stop.requested());
  }
  std::signal(SIGUSR1, former);
}

TEST_CASE("one request at a time") {
  const StopRequest stop;
  CHECK_THROWS_AS(StopRequest(), InternalError);
}

TEST_CASE("a stop file asks for a stop") {
  const TempFolder folder;
  const auto file = folder / "stop";
  std::ofstream(file) << "old";
  StopRequest stop;
  stop.watch_file(file);
  CHECK_FALSE(std::filesystem::exists(file));
  CHECK_FALSE(stop.requested());
  std::ofstream(file) << "";
  CHECK(stop.requested());
  CHECK(stop.reason() == "stop file");
  stop.forget_file();
  CHECK_FALSE(stop.requested());
}

TEST_CASE("a stop file that cannot be removed is an I/O error") {
  const TempFolder folder;
  std::filesystem::create_directories(folder / "stop" / "more");
  StopRequest stop;
  CHECK_THROWS_AS(stop.watch_file(folder / "stop"), IoError);
  CHECK_FALSE(stop.requested());
}
