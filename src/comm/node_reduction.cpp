#include "node_reduction.hpp"

#include "radforge/comm/agreement.hpp"
#include "radforge/core/error.hpp"
#include "reduce_values.hpp"

#include <sched.h>

#include <algorithm>
#include <cstring>

namespace radforge {

namespace {

constexpr std::size_t kLine = 64;
/// Looks before the core is given to somebody else: the ranks may be more than the cores.
constexpr int kSpins = 64;

std::size_t rounded_up(std::size_t number, std::size_t unit) { return (number + unit - 1) / unit * unit; }

void pause_briefly() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

} // namespace

std::shared_ptr<NodeReduction> NodeReduction::create(Communicator& ranks, std::size_t piece_bytes, int ranks_per_node) {
  // The places of all ranks begin at lines of their own.
  piece_bytes = rounded_up(piece_bytes, kLine);
  auto memory = std::make_unique<NodeMemory>(
      ranks, [&](std::size_t num_ranks) { return bytes_for(num_ranks, piece_bytes); }, ranks_per_node);
  const bool shared = static_cast<int>(memory->ranks().size()) == ranks.size();
  if (all_sum(ranks, shared ? 0 : 1) != 0) {
    return nullptr;
  }
  return std::shared_ptr<NodeReduction>(new NodeReduction(std::move(memory), ranks.rank(), ranks.size(), piece_bytes));
}

NodeReduction::NodeReduction(std::unique_ptr<NodeMemory> memory, int rank, int num_ranks, std::size_t piece_bytes)
    : memory_(std::move(memory)), rank_(rank), num_ranks_(num_ranks), piece_bytes_(piece_bytes) {}

std::size_t NodeReduction::bytes_for(std::size_t num_ranks, std::size_t piece_bytes) {
  return num_ranks * (sizeof(Progress) + static_cast<std::size_t>(kSlots) * piece_bytes);
}

NodeReduction::Progress& NodeReduction::progress(int rank) const { return reinterpret_cast<Progress*>(memory_->data())[rank]; }

std::byte* NodeReduction::place(std::int64_t slot, int rank) const {
  const auto number = static_cast<std::size_t>(slot * num_ranks_ + rank);
  return memory_->data() + static_cast<std::size_t>(num_ranks_) * sizeof(Progress) + number * piece_bytes_;
}

std::int64_t NodeReduction::start(Buffer values, ReduceOp op) {
  const std::size_t most = piece_bytes_ / size_of(values.dtype);
  const auto num_pieces = static_cast<std::int64_t>((values.count + most - 1) / most);
  if (num_pieces > 0) {
    messages_.push_back({values, op, num_started_, num_started_ + num_pieces});
    num_started_ += num_pieces;
  }
  advance();
  return num_started_;
}

bool NodeReduction::finished(std::int64_t number) {
  advance();
  return num_taken_ >= number;
}

void NodeReduction::wait(std::int64_t number) {
  int spins = 0;
  while (num_taken_ < number) {
    if (advance()) {
      spins = 0;
    } else if (++spins < kSpins) {
      pause_briefly();
    } else {
      sched_yield();
    }
  }
}

bool NodeReduction::advance() {
  bool moved = false;
  // What is in the cache first.
  while (take() || reduce() || stage()) {
    moved = true;
  }
  return moved;
}

bool NodeReduction::all_beyond(std::atomic<std::int64_t> Progress::*step, std::int64_t number) const {
  for (int r = 0; r < num_ranks_; ++r) {
    if ((progress(r).*step).load(std::memory_order_acquire) <= number) {
      return false;
    }
  }
  return true;
}

NodeReduction::Piece NodeReduction::piece(std::int64_t number) const {
  const auto message = std::find_if(messages_.begin(), messages_.end(), [&](const Message& m) { return number < m.end; });
  const std::size_t most = piece_bytes_ / size_of(message->values.dtype);
  const std::size_t first = static_cast<std::size_t>(number - message->first) * most;
  const Buffer values = message->values.slice(first, std::min(most, message->values.count - first));
  return {values, message->op, values.bytes() <= kSmall, number % kSlots};
}

Buffer NodeReduction::slice(const Piece& piece, int rank) const {
  const std::size_t elements_of_line = kLine / size_of(piece.values.dtype);
  const std::size_t width = rounded_up(
      (piece.values.count + static_cast<std::size_t>(num_ranks_) - 1) / static_cast<std::size_t>(num_ranks_), elements_of_line);
  const std::size_t first = std::min(static_cast<std::size_t>(rank) * width, piece.values.count);
  return piece.values.slice(first, std::min(width, piece.values.count - first));
}

bool NodeReduction::stage() {
  // A place is free when all ranks have taken what lay there.
  if (num_staged_ == num_started_ || !all_beyond(&Progress::taken, num_staged_ - kSlots)) {
    return false;
  }
  const Piece next = piece(num_staged_);
  std::byte* mine = place(next.slot, rank_);
  if (next.small) {
    std::memcpy(mine, next.values.data, next.values.bytes());
  } else {
    for (int r = 0; r < num_ranks_; ++r) {
      if (const Buffer part = slice(next, r); r != rank_ && part.count > 0) {
        std::memcpy(mine + (static_cast<std::byte*>(part.data) - static_cast<std::byte*>(next.values.data)), part.data,
                    part.bytes());
      }
    }
  }
  progress(rank_).staged.store(++num_staged_, std::memory_order_release);
  return true;
}

void NodeReduction::reduce_part(const Piece& piece, Buffer part) const {
  const auto offset = static_cast<std::byte*>(part.data) - static_cast<std::byte*>(piece.values.data);
  std::vector<const std::byte*> parts(static_cast<std::size_t>(num_ranks_));
  for (int r = 0; r < num_ranks_; ++r) {
    parts[static_cast<std::size_t>(r)] = r == rank_ ? static_cast<const std::byte*>(part.data) : place(piece.slot, r) + offset;
  }
  // The others take the result from this rank's place, where nothing else lies in this slice. Of a small piece they take nothing,
  // and may still read what lies there.
  reduce_values(parts, part, piece.small ? nullptr : place(piece.slot, rank_) + offset, piece.op);
}

bool NodeReduction::reduce() {
  if (num_reduced_ == num_staged_ || !all_beyond(&Progress::staged, num_reduced_)) {
    return false;
  }
  const Piece next = piece(num_reduced_);
  if (const Buffer part = next.small ? next.values : slice(next, rank_); part.count > 0) {
    reduce_part(next, part);
  }
  progress(rank_).reduced.store(++num_reduced_, std::memory_order_release);
  return true;
}

bool NodeReduction::take() {
  if (num_taken_ == num_reduced_) {
    return false;
  }
  const Piece next = piece(num_taken_);
  if (!next.small) {
    if (!all_beyond(&Progress::reduced, num_taken_)) {
      return false;
    }
    for (int r = 0; r < num_ranks_; ++r) {
      if (const Buffer part = slice(next, r); r != rank_ && part.count > 0) {
        const auto offset = static_cast<std::byte*>(part.data) - static_cast<std::byte*>(next.values.data);
        std::memcpy(part.data, place(next.slot, r) + offset, part.bytes());
      }
    }
  }
  progress(rank_).taken.store(++num_taken_, std::memory_order_release);
  while (!messages_.empty() && messages_.front().end <= num_taken_) {
    messages_.pop_front();
  }
  return true;
}

} // namespace radforge
