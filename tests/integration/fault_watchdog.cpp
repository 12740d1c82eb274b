// fault_watchdog MODE FOLDER [RANKS_PER_NODE]: ranks under a watchdog that take steps until something breaks in step 3, on rank 1
// or on the only one. fault_watchdog_*.sh start it, stop the process where MODE says so, and look.
//
// Each rank leaves its pid in FOLDER/pid-<rank> and appends a line to FOLDER/work-<rank> for each step. FOLDER/ready appears when
// the rank is where it is to be stopped.
#include "radforge/comm/guard.hpp"
#include "radforge/comm/mpi_session.hpp"
#include "radforge/comm/watched_communicator.hpp"
#include "radforge/core/error.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <span>
#include <string_view>
#include <thread>
#include <vector>

using namespace radforge;

namespace {

constexpr double kDeadline_s = 2; // fault_watchdog_lib.sh knows it
constexpr std::int64_t kBadStep = 3;

void append(const std::filesystem::path& file, std::int64_t number) { std::ofstream(file, std::ios::app) << number << std::endl; }

class Run {
 public:
  Run(Communicator& world, Watchdog& watchdog, std::string_view mode, std::filesystem::path folder)
      : world_(world), watchdog_(watchdog), mode_(mode), folder_(std::move(folder)) {}

  void steps(std::int64_t num_steps) {
    hang_in("start-up", kBadStep);
    world_.barrier();
    for (std::int64_t step = 0; step < num_steps; ++step) {
      take(step);
      append(work_file(), step);
    }
  }

 private:
  std::filesystem::path work_file() const { return folder_ / fmt::format("work-{}", world_.rank()); }
  bool is_culprit() const { return world_.rank() == std::min(1, world_.size() - 1); }
  bool breaks(std::string_view mode, std::int64_t step) const { return mode == mode_ && step == kBadStep && is_culprit(); }

  void hang_in(std::string_view mode, std::int64_t step) {
    if (breaks(mode, step)) {
      append(folder_ / "ready", step);
      std::this_thread::sleep_for(std::chrono::hours(1));
    }
  }

  void take(std::int64_t step) {
    watchdog_.enter(Phase::data, step);
    hang_in("data", step);
    if (breaks("writing", step)) {
      append(folder_ / "ready", step);
      for (;;) {
        append(work_file(), step);
      }
    }

    watchdog_.enter(Phase::compute, step);
    std::vector<float> gradient(breaks("size", step) ? 900'000 : 1'000'000, 1);
    const Buffer values = buffer_of(std::span(gradient));
    if (breaks("collective", step)) { // it is stopped while it waits for the others
      append(folder_ / "ready", step);
    } else if (mode_ == "collective" && step == kBadStep) {
      std::this_thread::sleep_for(std::chrono::seconds(1));
    }
    if (breaks("operation", step)) {
      world_.broadcast(values, 0);
    } else if (!breaks("skip", step)) {
      world_.all_reduce(values, ReduceOp::sum);
    }
    world_.start_all_reduce(values, ReduceOp::sum)->wait();

    if (step % 2 == 1) {
      const ScopedPhase saving(watchdog_, Phase::save);
      hang_in("save", step);
      world_.barrier();
    }
    if (breaks("leave", step)) {
      throw as_agreed(IoError("this rank leaves alone (on purpose)"));
    }
  }

  Communicator& world_;
  Watchdog& watchdog_;
  std::string_view mode_;
  std::filesystem::path folder_;
};

} // namespace

int main(int argc, char** argv) {
  MpiSession session(argc, argv);
  const auto world = session.world();
  const Log log(world->rank(), world->size());
  return run_guarded(*world, log, [&] {
    if (argc < 3) {
      throw ConfigError("arguments are needed: MODE FOLDER [RANKS_PER_NODE]");
    }
    const std::string_view mode = argv[1];
    const std::filesystem::path folder = argv[2];
    append(folder / fmt::format("pid-{}", world->rank()), getpid());
    if (mode == "before" && world->rank() == 1) {
      std::this_thread::sleep_for(std::chrono::hours(1));
    }
    // Those who wait have more time: the culprit's deadline is what counts.
    const PhaseDeadlines deadlines{kDeadline_s, kDeadline_s, kDeadline_s,
                                   mode == "collective" || mode == "leave" || argc > 3 ? kDeadline_s : 60, kDeadline_s};
    Watchdog watchdog(*world, log, {deadlines, folder, argc > 3 ? std::atoi(argv[3]) : 0});
    WatchedCommunicator watched(*world, watchdog);
    Run(watched, watchdog, mode, folder).steps(mode == "well" ? 100 : 10);
    return 0;
  });
}
