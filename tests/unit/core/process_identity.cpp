#include "radforge/core/process_identity.hpp"

#include "environment.hpp"

#include <catch2/catch.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

using namespace radforge;

TEST_CASE("this process runs, on this machine") {
  const auto me = this_process();
  CHECK_FALSE(me.host.empty());
  CHECK_FALSE(me.boot_id.empty());
  CHECK(me.pid == getpid());
  CHECK(me.start_ticks > 0);
  CHECK(is_running(me));
  CHECK(on_same_machine(me, this_process()));
}

TEST_CASE("a later process with the same pid is another one") {
  auto other = this_process();
  --other.start_ticks;
  CHECK_FALSE(is_running(other));
}

TEST_CASE("another host, or another boot, is another machine") {
  const auto me = this_process();
  auto other = me;
  other.host = "elsewhere";
  CHECK_FALSE(on_same_machine(me, other));
  other = me;
  other.boot_id = "another boot";
  CHECK_FALSE(on_same_machine(me, other));
}

TEST_CASE("a process that ended does not run, waited for or not") {
  int pipe_ends[2];
  REQUIRE(pipe(pipe_ends) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const auto me = this_process();
    [[maybe_unused]] const auto written = write(pipe_ends[1], &me.start_ticks, sizeof me.start_ticks);
    pause();
    _exit(0);
  }
  ProcessIdentity process = this_process();
  process.pid = child;
  REQUIRE(read(pipe_ends[0], &process.start_ticks, sizeof process.start_ticks) == sizeof process.start_ticks);
  CHECK(is_running(process));
  kill(child, SIGSTOP);
  REQUIRE(waitpid(child, nullptr, WUNTRACED) == child);
  CHECK(run_state(process) == 'T');
  CHECK(is_running(process));

  kill(child, SIGKILL);
  siginfo_t info;
  REQUIRE(waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT) == 0); // ended, but still a zombie
  CHECK_FALSE(is_running(process));
  REQUIRE(waitpid(child, nullptr, 0) == child);
  CHECK_FALSE(is_running(process));
  CHECK(run_state(process) == '\0');
  close(pipe_ends[0]);
  close(pipe_ends[1]);
}

TEST_CASE("the Slurm job is part of the identity") {
  const ScopedVariable job("SLURM_JOB_ID", "4711");
  const ScopedVariable restarts("SLURM_RESTART_COUNT", "2");
  const auto me = this_process();
  CHECK(me.job_id == "4711");
  CHECK(me.restart_count == 2);
  CHECK(describe(me) == "pid " + std::to_string(getpid()) + " on host " + me.host + ", Slurm job 4711");
}

TEST_CASE("without Slurm there is no job") {
  const ScopedVariable job("SLURM_JOB_ID", std::nullopt);
  const ScopedVariable restarts("SLURM_RESTART_COUNT", "garbled");
  const auto me = this_process();
  CHECK(me.job_id.empty());
  CHECK(me.restart_count == 0);
  CHECK(describe(me) == "pid " + std::to_string(getpid()) + " on host " + me.host);
}
