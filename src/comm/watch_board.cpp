#include "watch_board.hpp"

#include "radforge/core/error.hpp"

#include <algorithm>
#include <chrono>

namespace radforge {

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

WatchBoard::WatchBoard(Communicator& world, const PhaseDeadlines& deadlines, int ranks_per_node)
    : rank_(world.rank()), memory_(world, bytes_for, ranks_per_node), place_of_(static_cast<std::size_t>(world.size()), -1) {
  for (int i = 0; i < kNumPhases; ++i) {
    deadline_ns_[static_cast<std::size_t>(i)] = static_cast<std::int64_t>(deadlines.of(static_cast<Phase>(i)) * 1e9);
  }
  int place = 0;
  for (const int rank : memory_.ranks()) {
    place_of_[static_cast<std::size_t>(rank)] = place++;
  }
  write(RankState{.since_ns = now_ns()});
  beat();
  world.barrier(); // nobody looks at a place that has not been filled
}

WatchBoard::Slot& WatchBoard::slot(int rank) const {
  const int place = place_of_[static_cast<std::size_t>(rank)];
  require(place >= 0, "the rank is on this node");
  return reinterpret_cast<Slot*>(memory_.data())[place + 1];
}

void WatchBoard::write(const RankState& state) { slot(rank_).state.write(state); }

void WatchBoard::write(const CollectiveRecord& record) {
  slot(rank_).recent[static_cast<std::size_t>(record.sequence) % kRecent].write(record);
}

void WatchBoard::beat() { slot(rank_).beat_ns.store(now_ns(), std::memory_order_relaxed); }

RankState WatchBoard::state_of(int rank) const { return slot(rank).state.read(); }

CollectiveRecord WatchBoard::record_of(int rank, std::int64_t sequence) const {
  const CollectiveRecord record = slot(rank).recent[static_cast<std::size_t>(sequence) % kRecent].read();
  return record.sequence == sequence ? record : CollectiveRecord{};
}

RankView WatchBoard::look_at(int rank) const {
  const ProcessIdentity& process = processes()[static_cast<std::size_t>(rank)];
  RankView view{.rank = rank, .host = process.host, .known = true, .state = state_of(rank)};
  const std::int64_t now = now_ns();
  view.phase_s = static_cast<double>(now - view.state.since_ns) / 1e9;
  view.silent_s = static_cast<double>(now - slot(rank).beat_ns.load(std::memory_order_relaxed)) / 1e9;
  view.process_state = run_state(process);
  const auto most = static_cast<std::int64_t>(kRecent);
  for (std::int64_t sequence = std::max<std::int64_t>(1, view.state.num_entered - most + 1); sequence <= view.state.num_entered;
       ++sequence) {
    const CollectiveRecord record = record_of(rank, sequence);
    if (record.sequence != 0) {
      view.recent.push_back(record);
    }
  }
  return view;
}

bool WatchBoard::claim_end() {
  std::int32_t none = 0;
  claimed_ = header().ending.compare_exchange_strong(none, 1);
  return claimed_;
}

bool WatchBoard::ending() const { return header().ending.load() != 0; }

bool WatchBoard::must_end() const {
  if (ending()) {
    return true;
  }
  const RankState state = state_of(rank_);
  const std::int64_t deadline = deadline_ns_[static_cast<std::size_t>(state.phase)];
  return deadline > 0 && state.left == 0 && now_ns() - state.since_ns > deadline;
}

} // namespace radforge
