#include "radforge/comm/watchdog.hpp"

#include "blocked_signals.hpp"
#include "continue_guard.hpp"
#include "radforge/core/clock.hpp"
#include "radforge/core/error.hpp"
#include "status_files.hpp"
#include "verdict.hpp"
#include "watch_board.hpp"
#include "world_end.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <fstream>
#include <mutex>
#include <optional>
#include <thread>

namespace radforge {

namespace {

constexpr std::chrono::milliseconds kBeat{100};
/// For the other ranks to come to a collective that is not the same everywhere.
constexpr double kMostWait_s = 1.5;
/// For what the other nodes wrote.
constexpr std::chrono::milliseconds kFilesLimit{3000};
/// The rank that ends the world needs no help so long.
constexpr std::chrono::seconds kOthersGrace{8};

} // namespace

double PhaseDeadlines::of(Phase phase) const {
  switch (phase) {
  case Phase::start_up:
    return start_up;
  case Phase::data:
    return data;
  case Phase::compute:
    return compute;
  case Phase::collective:
    return collective;
  case Phase::save:
    return save;
  }
  throw InternalError("unknown phase {} (a cast made it)", static_cast<int>(phase));
}

struct Watchdog::Impl {
  Impl(Communicator& world, const Log& log, WatchdogOptions options);
  ~Impl();

  void write_state() { board->write(state); }
  /// Of this thread's calls.
  void enter(Phase phase, std::int64_t step);

  void watch(const std::stop_token& stop);
  void look();
  std::vector<RankView> view_all();
  [[noreturn]] void end_mismatch(std::int64_t sequence);
  [[noreturn]] void end(const Verdict& verdict, const std::vector<RankView>& ranks);
  [[noreturn]] void wait_for_the_end();
  void write_report(const std::string& text) const;

  Communicator& world;
  const Log log;
  const WatchdogOptions options;
  const int rank;
  const std::int64_t started_ns = now_ns();

  std::optional<WatchBoard> board;
  std::shared_ptr<StatusFiles> files; ///< with several nodes and a folder
  std::optional<ContinueGuard> guard;

  RankState state;
  std::mutex mutex;
  std::condition_variable_any wake;
  bool ready = false;        ///< board and files are there
  std::int64_t mismatch = 0; ///< sequence number of a collective that is not the same on all ranks; 0 = none
  std::jthread thread;       ///< last member: it uses the others
};

Watchdog::Impl::Impl(Communicator& world, const Log& log, WatchdogOptions the_options)
    : world(world), log(log), options(std::move(the_options)), rank(world.rank()) {
  {
    const BlockedSignals blocked(BlockedSignals::all());
    thread = std::jthread([this](const std::stop_token& stop) { watch(stop); });
  }
  board.emplace(world, options.deadlines, options.ranks_per_node);
  const bool several_nodes = static_cast<int>(board->ranks().size()) < world.size();
  // Ranks may see nodes of unlike sizes; all of them see whether there are several.
  if (several_nodes && !options.folder.empty()) {
    files = std::make_shared<StatusFiles>(world, *board, options.folder);
  }
  guard.emplace(*board);
  state.since_ns = now_ns();
  write_state();
  const std::lock_guard lock(mutex);
  ready = true;
}

Watchdog::Impl::~Impl() {
  thread.request_stop();
  wake.notify_all();
  if (thread.joinable()) {
    thread.join();
  }
  files.reset();
  guard.reset();
  if (board) {
    state.left = 1;
    state.since_ns = now_ns();
    write_state();
  }
}

void Watchdog::Impl::enter(Phase phase, std::int64_t step) {
  state.phase = phase;
  state.step = step;
  state.since_ns = now_ns();
  write_state();
}

void Watchdog::Impl::watch(const std::stop_token& stop) {
  std::unique_lock lock(mutex);
  while (!stop.stop_requested()) {
    if (ready) {
      const std::int64_t mismatching = mismatch;
      lock.unlock();
      board->beat();
      if (board->ending()) {
        wait_for_the_end();
      }
      if (mismatching != 0) {
        end_mismatch(mismatching);
      }
      look();
      lock.lock();
    } else if (const double limit_s = options.deadlines.start_up;
               limit_s > 0 && static_cast<double>(now_ns() - started_ns) > limit_s * 1e9) {
      const std::string text = fmt::format("not all ranks reached the start of the watchdog in {:g} s; rank {} on host {} waits "
                                           "for them: look for the rank whose log "
                                           "ends first",
                                           limit_s, rank, host_name());
      end_world({[this, text] { log.local(LogLevel::error, text); },
                 [this] { world.abort(static_cast<int>(ExitCode::communication)); },
                 {}});
    }
    wake.wait_for(lock, stop, kBeat, [] { return false; });
  }
}

void Watchdog::Impl::look() {
  bool overdue = false;
  for (const int other : board->ranks()) {
    const RankState theirs = board->state_of(other);
    const double deadline_s = options.deadlines.of(theirs.phase);
    overdue =
        overdue || (theirs.left == 0 && deadline_s > 0 && static_cast<double>(now_ns() - theirs.since_ns) > deadline_s * 1e9);
  }
  if (overdue) {
    const auto ranks = view_all();
    end(judge(ranks, options.deadlines), ranks);
  }
}

std::vector<RankView> Watchdog::Impl::view_all() {
  std::vector<RankView> views;
  for (int r = 0; r < world.size(); ++r) {
    if (board->holds(r)) {
      views.push_back(board->look_at(r));
    } else {
      views.push_back({.rank = r, .host = board->processes()[static_cast<std::size_t>(r)].host});
    }
  }
  if (files) {
    auto filled = std::make_shared<std::vector<RankView>>(views);
    if (run_bounded([filled, files = files] { files->fill_in(*filled); }, kFilesLimit)) {
      return *filled;
    }
  }
  return views;
}

void Watchdog::Impl::end_mismatch(std::int64_t sequence) {
  // Who is wrong is clear when all ranks have come to it.
  const Stopwatch waiting;
  const auto has_come = [&](int r) { return board->state_of(r).num_entered >= sequence; };
  while (waiting.seconds() < kMostWait_s && !std::all_of(board->ranks().begin(), board->ranks().end(), has_come)) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  const auto ranks = view_all();
  end(judge(ranks, options.deadlines), ranks);
}

void Watchdog::Impl::end(const Verdict& verdict, const std::vector<RankView>& ranks) {
  if (!board->claim_end()) {
    wait_for_the_end();
  }
  std::vector<ProcessIdentity> node;
  for (const int other : board->ranks()) {
    node.push_back(board->processes()[static_cast<std::size_t>(other)]);
  }
  const std::string text = report(verdict, ranks);
  end_world({[this, &verdict, text] {
               log.local(LogLevel::error, verdict.text);
               write_report(text);
             },
             [this] { world.abort(static_cast<int>(ExitCode::communication)); }, std::move(node)});
}

void Watchdog::Impl::wait_for_the_end() {
  std::this_thread::sleep_for(kOthersGrace);
  std::_Exit(static_cast<int>(ExitCode::communication));
}

void Watchdog::Impl::write_report(const std::string& text) const {
  if (!options.folder.empty()) {
    std::ofstream(options.folder / fmt::format("watchdog-rank-{}.txt", rank)) << utc_timestamp() << '\n' << text;
  }
}

Watchdog::Watchdog(Communicator& world, const Log& log, WatchdogOptions options)
    : impl_(std::make_unique<Impl>(world, log, std::move(options))) {}

Watchdog::~Watchdog() = default;

void Watchdog::enter(Phase phase, std::int64_t step) { impl_->enter(phase, step); }
Phase Watchdog::phase() const { return impl_->state.phase; }
std::int64_t Watchdog::step() const { return impl_->state.step; }

std::int64_t Watchdog::enter_collective(const Collective& call) {
  RankState& state = impl_->state;
  WatchBoard& board = *impl_->board;
  const std::int64_t now = now_ns();
  const CollectiveRecord record{++state.num_entered, call, state.step, now, 0};
  state.last = record;
  state.since_ns = now;
  board.write(record);
  impl_->write_state();
  // Of two ranks at least the later one sees the other's record.
  for (const int other : board.ranks()) {
    const CollectiveRecord theirs = board.record_of(other, record.sequence);
    if (theirs.sequence != 0 && !(theirs.call == call)) {
      {
        const std::lock_guard lock(impl_->mutex);
        impl_->mismatch = record.sequence;
      }
      for (;;) { // the collective would meet another one
        pause();
      }
    }
  }
  return record.sequence;
}

void Watchdog::finish_collective(std::int64_t sequence) {
  CollectiveRecord record = impl_->board->record_of(impl_->rank, sequence);
  if (record.sequence == 0) { // so many were started since that its place was taken
    return;
  }
  record.finished_ns = now_ns();
  impl_->board->write(record);
  if (impl_->state.last.sequence == sequence) {
    impl_->state.last = record;
    impl_->write_state();
  }
}

} // namespace radforge
