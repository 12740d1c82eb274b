#include "verdict.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <tuple>

namespace radforge {

namespace {

/// A watchdog beats ten times a second: one that was silent for so long does not run.
constexpr double kSilent_s = 1;

bool is_stopped(const RankView& rank) {
  return rank.process_state == 'T' || rank.process_state == 'Z' || rank.process_state == '\0' || rank.silent_s > kSilent_s;
}

std::string who(const RankView& rank) { return fmt::format("rank {} on host {}", rank.rank, rank.host); }

std::string condition(const RankView& rank) {
  std::string text = fmt::format("phase {} of step {} for {:.1f} s", name(rank.state.phase), rank.state.step, rank.phase_s);
  if (rank.state.left != 0) {
    return text + ", it left the run";
  }
  switch (rank.process_state) {
  case 'T':
    return text + ", its process is stopped";
  case 'Z':
  case '\0':
    return text + ", its process has ended";
  case 'D':
    return text + ", its process waits for the disk or the file system";
  default:
    return rank.silent_s > kSilent_s ? text + fmt::format(", no sign of life for {:.1f} s", rank.silent_s) : text;
  }
}

std::string call_of(const CollectiveRecord& record) {
  return fmt::format("{} #{} of step {}", describe(record.call), record.sequence, record.step);
}

const CollectiveRecord* find_record(const RankView& rank, std::int64_t sequence) {
  const auto found = std::find_if(rank.recent.begin(), rank.recent.end(),
                                  [&](const CollectiveRecord& record) { return record.sequence == sequence; });
  return found == rank.recent.end() ? nullptr : &*found;
}

bool same_call(const CollectiveRecord& a, const CollectiveRecord& b) { return a.call == b.call && a.step == b.step; }

/// The record that most ranks share, that of the lowest rank among equals.
const RankView* most_common(std::span<const RankView* const> ranks, std::int64_t sequence) {
  const RankView* best = nullptr;
  std::ptrdiff_t best_count = 0;
  for (const RankView* rank : ranks) {
    const auto count = std::count_if(ranks.begin(), ranks.end(), [&](const RankView* other) {
      return same_call(*find_record(*rank, sequence), *find_record(*other, sequence));
    });
    if (count > best_count) {
      best = rank;
      best_count = count;
    }
  }
  return best;
}

std::optional<Verdict> mismatch_at(std::span<const RankView> ranks, std::int64_t sequence) {
  std::vector<const RankView*> having;
  for (const RankView& rank : ranks) {
    if (find_record(rank, sequence) != nullptr) {
      having.push_back(&rank);
    }
  }
  const RankView* common = most_common(having, sequence);
  for (const RankView* rank : having) {
    const CollectiveRecord& mine = *find_record(*rank, sequence);
    const CollectiveRecord& theirs = *find_record(*common, sequence);
    if (!same_call(mine, theirs)) {
      return Verdict{rank->rank,
                     fmt::format("{} entered {} where rank {} entered {} (the ranks do not make the same collectives)",
                                 who(*rank), call_of(mine), common->rank, call_of(theirs))};
    }
  }
  return std::nullopt;
}

/// Of ranks that are behind alike: the one that cannot move, then one that does not even wait, then the nearest to its deadline
/// or the farthest beyond it.
const RankView* most_to_blame(std::span<const RankView* const> ranks, const PhaseDeadlines& deadlines) {
  const auto key = [&](const RankView* rank) {
    const double deadline_s = deadlines.of(rank->state.phase);
    return std::tuple(rank->state.left != 0, is_stopped(*rank), rank->state.phase != Phase::collective,
                      deadline_s > 0 ? rank->phase_s / deadline_s : 0.0);
  };
  return *std::max_element(ranks.begin(), ranks.end(), [&](const RankView* a, const RankView* b) { return key(a) < key(b); });
}

Verdict judge_laggard(const RankView& rank, std::span<const RankView> ranks) {
  const std::int64_t missed = rank.state.num_entered + 1;
  std::string call = fmt::format("collective #{}", missed);
  for (const RankView& other : ranks) {
    if (const CollectiveRecord* record = find_record(other, missed)) {
      call = call_of(*record);
      break;
    }
  }
  return {rank.rank, fmt::format("{} did not enter {} ({})", who(rank), call, condition(rank))};
}

} // namespace

std::optional<Verdict> find_mismatch(std::span<const RankView> ranks) {
  std::map<std::int64_t, int> sequences;
  for (const RankView& rank : ranks) {
    for (const CollectiveRecord& record : rank.recent) {
      ++sequences[record.sequence];
    }
  }
  for (const auto& [sequence, count] : sequences) {
    if (count > 1) {
      if (auto found = mismatch_at(ranks, sequence)) {
        return found;
      }
    }
  }
  return std::nullopt;
}

bool is_overdue(const RankView& rank, const PhaseDeadlines& deadlines) {
  const double deadline_s = deadlines.of(rank.state.phase);
  return rank.known && rank.state.left == 0 && deadline_s > 0 && rank.phase_s > deadline_s;
}

Verdict judge(std::span<const RankView> ranks, const PhaseDeadlines& deadlines) {
  if (auto mismatch = find_mismatch(ranks)) {
    return *mismatch;
  }
  std::vector<const RankView*> behind;
  std::int64_t least = 0;
  std::int64_t most = 0;
  for (const RankView& rank : ranks) {
    if (!rank.known) {
      continue;
    }
    if (behind.empty() || rank.state.num_entered < least) {
      behind.clear();
      least = rank.state.num_entered;
    }
    if (rank.state.num_entered == least) {
      behind.push_back(&rank);
    }
    most = std::max(most, rank.state.num_entered);
  }
  if (behind.empty()) {
    return {0, "nothing is known of any rank"};
  }
  const RankView& worst = *most_to_blame(behind, deadlines);
  if (least < most) {
    return judge_laggard(worst, ranks);
  }
  if (worst.state.phase != Phase::collective) {
    return {worst.rank, fmt::format("{} makes no progress ({}, the deadline is {:g} s)", who(worst), condition(worst),
                                    deadlines.of(worst.state.phase))};
  }
  const std::string call = call_of(worst.state.last);
  if (is_stopped(worst)) {
    return {worst.rank, fmt::format("{} stays in {} ({})", who(worst), call, condition(worst))};
  }
  return {worst.rank, fmt::format("{} stays in {} ({}); all ranks entered it, so look at the network and the devices", who(worst),
                                  call, condition(worst))};
}

std::string report(const Verdict& verdict, std::span<const RankView> ranks) {
  std::string text = fmt::format("{}\n\nranks\n", verdict.text);
  for (const RankView& rank : ranks) {
    text += rank.known ? fmt::format("  {}: {}, {} collectives entered, sign of life {:.1f} s ago\n", who(rank), condition(rank),
                                     rank.state.num_entered, rank.silent_s)
                       : fmt::format("  {}: nothing is known\n", who(rank));
  }
  for (const RankView& rank : ranks) {
    if (rank.recent.empty()) {
      continue;
    }
    text += fmt::format("\nlast collectives of rank {}\n", rank.rank);
    for (const CollectiveRecord& record : rank.recent) {
      const auto ms = static_cast<double>(record.finished_ns - record.entered_ns) / 1e6;
      text += fmt::format("  {}, {}\n", call_of(record), record.finished_ns == 0 ? "under way" : fmt::format("{:.3f} ms", ms));
    }
  }
  return text;
}

} // namespace radforge
