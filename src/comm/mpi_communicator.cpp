#include "mpi_communicator.hpp"

#include "collective_checks.hpp"
#include "mpi_check.hpp"
#include "node_reduction.hpp"
#include "radforge/core/error.hpp"
#include "reduction_work.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace radforge {

namespace {

/// Calls `use(first, count)` for pieces of at most `most` elements.
template <class Use>
void for_pieces(std::size_t count, std::size_t most, const Use& use) {
  most = std::max<std::size_t>(most, 1);
  for (std::size_t first = 0; first < count; first += most) {
    use(first, std::min(most, count - first));
  }
}

void require_host(const Buffer& buffer) { require(buffer.where == Place::host, "the MPI communicator is handed host memory"); }

/// `count` elements, the next block `stride_bytes` later.
class StridedBlock {
 public:
  StridedBlock(MPI_Datatype element, std::size_t count, std::size_t stride_bytes) {
    MPI_Datatype block = MPI_DATATYPE_NULL;
    check_mpi(MPI_Type_contiguous(static_cast<int>(count), element, &block), "MPI_Type_contiguous");
    const int code = MPI_Type_create_resized(block, 0, static_cast<MPI_Aint>(stride_bytes), &type_);
    MPI_Type_free(&block);
    check_mpi(code, "MPI_Type_create_resized");
    check_mpi(MPI_Type_commit(&type_), "MPI_Type_commit");
  }
  ~StridedBlock() { MPI_Type_free(&type_); }
  StridedBlock(const StridedBlock&) = delete;
  StridedBlock& operator=(const StridedBlock&) = delete;
  MPI_Datatype get() const { return type_; }

 private:
  MPI_Datatype type_ = MPI_DATATYPE_NULL;
};

} // namespace

MpiCommunicator::MpiCommunicator(MPI_Comm parent, MpiLimits limits) : limits_(limits) {
  check_mpi(MPI_Comm_dup(parent, &comm_), "MPI_Comm_dup");
  check_mpi(MPI_Comm_set_errhandler(comm_, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
  check_mpi(MPI_Comm_rank(comm_, &rank_), "MPI_Comm_rank");
  check_mpi(MPI_Comm_size(comm_, &size_), "MPI_Comm_size");
  reduction_ = std::make_shared<RingReduction>(comm_, types_, limits.ring);
  if (size_ > 1 && limits.node_bytes > 0) {
    if (std::shared_ptr<Reduction> node = NodeReduction::create(*this, limits.node_bytes)) {
      reduction_ = std::move(node);
    }
  }
}

MpiCommunicator::~MpiCommunicator() {
  reduction_.reset(); // it works on comm_
  int finalized = 0;
  MPI_Finalized(&finalized);
  if (finalized == 0) {
    MPI_Comm_free(&comm_);
  }
}

void MpiCommunicator::finish_reductions() { reduction_->wait_all(); }

void MpiCommunicator::all_reduce(Buffer values, ReduceOp op) {
  require_host(values);
  reduction_->wait(reduction_->start(values, op));
}

std::unique_ptr<Work> MpiCommunicator::start_all_reduce(Buffer values, ReduceOp op) {
  require_host(values);
  return std::make_unique<ReductionWork>(reduction_, reduction_->start(values, op));
}

void MpiCommunicator::broadcast(Buffer values, int root) {
  require_host(values);
  require_root(*this, root);
  finish_reductions();
  for_pieces(values.count, limits_.move_bytes / size_of(values.dtype), [&](std::size_t first, std::size_t count) {
    check_mpi(MPI_Bcast(values.slice(first, count).data, static_cast<int>(count), types_.type(values.dtype), root, comm_),
              "MPI_Bcast");
  });
}

void MpiCommunicator::all_gather(Buffer in, Buffer out) {
  require_host(in);
  require_gather_sizes(*this, in, out);
  finish_reductions();
  const bool in_place = in.data == out.slice(static_cast<std::size_t>(rank_) * in.count, in.count).data;
  const MPI_Datatype type = types_.type(in.dtype);
  for_pieces(in.count, limits_.move_bytes / size_of(in.dtype), [&](std::size_t first, std::size_t count) {
    const StridedBlock block(type, count, in.bytes());
    const void* from = in_place ? MPI_IN_PLACE : in.slice(first, count).data;
    check_mpi(MPI_Allgather(from, static_cast<int>(count), type, out.slice(first, count).data, 1, block.get(), comm_),
              "MPI_Allgather");
  });
}

void MpiCommunicator::reduce_scatter(Buffer in, Buffer out, ReduceOp op) {
  require_host(in);
  require_scatter_sizes(*this, in, out);
  finish_reductions();
  const auto num_ranks = static_cast<std::size_t>(size_);
  const std::size_t width = size_of(in.dtype);
  const std::size_t most = std::max<std::size_t>(limits_.reduce_bytes / width / num_ranks, 1);
  std::vector<std::byte> packed(std::min(most, out.count) * num_ranks * width);
  for_pieces(out.count, most, [&](std::size_t first, std::size_t count) {
    for (std::size_t r = 0; r < num_ranks; ++r) {
      std::memcpy(packed.data() + r * count * width, in.slice(r * out.count + first, count).data, count * width);
    }
    check_mpi(MPI_Reduce_scatter_block(packed.data(), out.slice(first, count).data, static_cast<int>(count),
                                       types_.type(in.dtype), types_.op(in.dtype, op), comm_),
              "MPI_Reduce_scatter_block");
  });
}

void MpiCommunicator::barrier() {
  finish_reductions();
  check_mpi(MPI_Barrier(comm_), "MPI_Barrier");
}

std::unique_ptr<Communicator> MpiCommunicator::split(int color) {
  finish_reductions();
  MPI_Comm part = MPI_COMM_NULL;
  check_mpi(MPI_Comm_split(comm_, color, rank_, &part), "MPI_Comm_split");
  auto ranks = std::make_unique<MpiCommunicator>(part, limits_); // a duplicate
  check_mpi(MPI_Comm_free(&part), "MPI_Comm_free");
  return ranks;
}

void MpiCommunicator::abort(int exit_code) {
  MPI_Abort(MPI_COMM_WORLD, exit_code);
  std::_Exit(exit_code); // MPI promises not to come here, its prototype does not
}

} // namespace radforge
