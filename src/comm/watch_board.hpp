#pragma once

#include "node_memory.hpp"
#include "published.hpp"
#include "radforge/comm/watchdog.hpp"
#include "rank_state.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

namespace radforge {

/// What a rank knows of another one, or of itself.
struct RankView {
  int rank = 0;
  std::string host;
  bool known = false; ///< false: nothing was ever seen of it, and the rest is empty
  RankState state;
  double phase_s = 0;                   ///< in the phase so far
  double silent_s = 0;                  ///< since its watchdog's last sign of life
  char process_state = '?';             ///< run_state(): T is stopped, 0 has ended; '?' on another node
  std::vector<CollectiveRecord> recent; ///< oldest first
};

/// Nanoseconds of the monotonic clock, which all processes of a node share.
std::int64_t now_ns();

/// Where the ranks of a node write down what they do, readable without their help: a process may be stopped.
class WatchBoard {
 public:
  static constexpr std::size_t kRecent = 32;

  /// Collective over the world.
  WatchBoard(Communicator& world, const PhaseDeadlines& deadlines, int ranks_per_node);

  // This rank's own place; one thread.
  void write(const RankState& state);
  void write(const CollectiveRecord& record);
  /// Any thread.
  void beat();

  /// The rank's state and signs of life; `rank` is on this node.
  RankView look_at(int rank) const;
  RankState state_of(int rank) const;
  /// Its record of collective `sequence`; sequence 0 if it has none.
  CollectiveRecord record_of(int rank, std::int64_t sequence) const;

  /// On this node.
  const std::vector<int>& ranks() const { return memory_.ranks(); }
  bool holds(int rank) const { return place_of_[static_cast<std::size_t>(rank)] >= 0; }
  const std::vector<ProcessIdentity>& processes() const { return memory_.processes(); }

  /// The first who calls it on this node gets true, and ends the world.
  bool claim_end();
  bool ending() const;
  /// Whether this process is the one that ends the world.
  bool claimed() const { return claimed_; }
  /// Whether this process must not go on: the world is being ended, or its own phase is overdue. Safe in a signal handler.
  bool must_end() const;

 private:
  struct Header {
    std::atomic<std::int32_t> ending;
  };
  struct alignas(64) Slot {
    std::atomic<std::int64_t> beat_ns;
    Published<RankState> state;
    std::array<Published<CollectiveRecord>, kRecent> recent;
  };
  static std::size_t bytes_for(std::size_t num_ranks) { return sizeof(Slot) * (num_ranks + 1); }
  Header& header() const { return *reinterpret_cast<Header*>(memory_.data()); }
  Slot& slot(int rank) const;

  int rank_;
  std::array<std::int64_t, kNumPhases> deadline_ns_;
  NodeMemory memory_;
  std::vector<int> place_of_;
  std::atomic<bool> claimed_{false}; ///< by this process
};

} // namespace radforge
