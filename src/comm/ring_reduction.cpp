#include "ring_reduction.hpp"

#include "mpi_check.hpp"
#include "radforge/core/error.hpp"
#include "reduce_values.hpp"

#include <sched.h>

#include <algorithm>

namespace radforge {

RingReduction::RingReduction(MPI_Comm comm, const MpiTypes& types, RingLimits limits)
    : comm_(comm), types_(types), limits_(limits) {
  check_mpi(MPI_Comm_rank(comm_, &rank_), "MPI_Comm_rank");
  check_mpi(MPI_Comm_size(comm_, &num_ranks_), "MPI_Comm_size");
}

RingReduction::~RingReduction() {
  // MPI writes into buffers until its requests are complete: of works that were left by an exception.
  for (Piece& piece : pieces_) {
    MPI_Waitall(static_cast<int>(piece.requests.size()), piece.requests.data(), MPI_STATUSES_IGNORE);
  }
}

std::int64_t RingReduction::start(Buffer values, ReduceOp op) {
  const auto ranks = static_cast<std::size_t>(num_ranks_);
  const bool by_mpi = values.bytes() < ranks * limits_.least_chunk_bytes;
  const std::size_t most = by_mpi ? values.count : ranks * std::max<std::size_t>(limits_.chunk_bytes / size_of(values.dtype), 1);
  for (std::size_t first = 0; first < values.count; first += most) {
    pieces_.push_back({.values = values.slice(first, std::min(most, values.count - first)),
                       .op = op,
                       .by_mpi = by_mpi,
                       .tag = static_cast<int>(num_started_ % num_under_way)});
    ++num_started_;
  }
  advance();
  return num_started_;
}

bool RingReduction::finished(std::int64_t number) {
  advance();
  return num_done_ >= number;
}

void RingReduction::wait(std::int64_t number) {
  while (num_done_ < number) {
    if (!advance()) {
      sched_yield(); // the ranks may be more than the cores
    }
  }
}

bool RingReduction::advance() {
  bool moved = false;
  const std::size_t under_way = std::min<std::size_t>(pieces_.size(), num_under_way);
  for (std::size_t i = 0; i < under_way; ++i) {
    moved = advance(pieces_[i]) || moved;
  }
  while (!pieces_.empty() && pieces_.front().done) {
    pieces_.pop_front();
    ++num_done_;
  }
  return moved;
}

bool RingReduction::advance(Piece& piece) {
  if (piece.done) {
    return false;
  }
  if (piece.step >= 0) {
    int complete = 0;
    check_mpi(MPI_Testall(static_cast<int>(piece.requests.size()), piece.requests.data(), &complete, MPI_STATUSES_IGNORE),
              "MPI_Testall");
    if (complete == 0) {
      return false;
    }
    end_step(piece);
  }
  if (piece.step == last_step(piece)) {
    piece.done = true;
  } else {
    ++piece.step;
    begin_step(piece);
  }
  return true;
}

Buffer RingReduction::chunk(const Piece& piece, int number) const {
  const auto ranks = static_cast<std::size_t>(num_ranks_);
  const std::size_t width = (piece.values.count + ranks - 1) / ranks;
  const auto index = static_cast<std::size_t>((number + 2 * num_ranks_) % num_ranks_);
  const std::size_t first = std::min(index * width, piece.values.count);
  return piece.values.slice(first, std::min(width, piece.values.count - first));
}

Buffer RingReduction::incoming(const Piece& piece) const {
  const int way_round = num_ranks_ - 1;
  return piece.step < way_round ? chunk(piece, rank_ - piece.step - 1) : chunk(piece, rank_ - (piece.step - way_round));
}

void RingReduction::begin_step(Piece& piece) {
  const MPI_Datatype type = types_.type(piece.values.dtype);
  if (piece.by_mpi) {
    check_mpi(MPI_Iallreduce(MPI_IN_PLACE, piece.values.data, static_cast<int>(piece.values.count), type,
                             types_.op(piece.values.dtype, piece.op), comm_, piece.requests.data()),
              "MPI_Iallreduce");
    return;
  }
  const int way_round = num_ranks_ - 1;
  const int left = (rank_ + num_ranks_ - 1) % num_ranks_;
  const int right = (rank_ + 1) % num_ranks_;
  const Buffer in = incoming(piece);
  const Buffer out =
      piece.step < way_round ? chunk(piece, rank_ - piece.step) : chunk(piece, rank_ + 1 - (piece.step - way_round));
  void* to = in.data;
  if (piece.step < way_round) {
    piece.received.resize(in.bytes());
    to = piece.received.data();
  }
  check_mpi(MPI_Irecv(to, static_cast<int>(in.count), type, left, piece.tag, comm_, &piece.requests[0]), "MPI_Irecv");
  check_mpi(MPI_Isend(out.data, static_cast<int>(out.count), type, right, piece.tag, comm_, &piece.requests[1]), "MPI_Isend");
}

void RingReduction::end_step(Piece& piece) const {
  if (piece.by_mpi || piece.step >= num_ranks_ - 1) {
    return;
  }
  const Buffer mine = incoming(piece);
  const std::array<const std::byte*, 2> parts{piece.received.data(), static_cast<const std::byte*>(mine.data)};
  if (mine.count > 0) {
    reduce_values(parts, mine, nullptr, piece.op);
  }
}

} // namespace radforge
