#include "nccl_library.hpp"

#include "radforge/core/error.hpp"

#include <nccl.h>

#include <cstring>

namespace radforge {

namespace {

static_assert(sizeof(ncclUniqueId) == sizeof(NcclId));

ncclComm_t comm_of(void* communicator) { return static_cast<ncclComm_t>(communicator); }
cudaStream_t stream_of(void* stream) { return static_cast<cudaStream_t>(stream); }

/// ncclInProgress is no error: the caller asks for the state before it goes on.
void check_nccl(ncclResult_t code, const char* call, ncclComm_t communicator) {
  if (code == ncclSuccess || code == ncclInProgress) {
    return;
  }
  const char* last = ncclGetLastError(communicator);
  const bool says_more = last != nullptr && *last != '\0';
  throw CommunicationError("{} failed ({}, code {}{}{})", call, ncclGetErrorString(code), static_cast<int>(code),
                           says_more ? ", " : "", says_more ? last : "");
}

ncclDataType_t type_of(DType dtype) {
  switch (dtype) {
  case DType::u8:
    return ncclUint8;
  case DType::i32:
    return ncclInt32;
  case DType::i64:
    return ncclInt64;
  case DType::f32:
    return ncclFloat32;
  case DType::f64:
    return ncclFloat64;
  case DType::bf16:
    return ncclBfloat16;
  }
  throw InternalError("unknown element type {} (a cast made it)", static_cast<int>(dtype));
}

ncclRedOp_t op_of(ReduceOp op) {
  switch (op) {
  case ReduceOp::sum:
    return ncclSum;
  case ReduceOp::min:
    return ncclMin;
  case ReduceOp::max:
    return ncclMax;
  }
  throw InternalError("unknown reduction {} (a cast made it)", static_cast<int>(op));
}

class RealNccl final : public NcclLibrary {
 public:
  std::string version() override {
    int code = 0; // 22809 is 2.28.9
    check_nccl(ncclGetVersion(&code), "ncclGetVersion", nullptr);
    return fmt::format("{}.{}.{}", code / 10000, code / 100 % 100, code % 100);
  }

  NcclId make_id() override {
    ncclUniqueId unique;
    check_nccl(ncclGetUniqueId(&unique), "ncclGetUniqueId", nullptr);
    NcclId id;
    std::memcpy(id.data(), &unique, sizeof unique);
    return id;
  }

  void* init(const NcclId& id, int rank, int num_ranks) override {
    ncclUniqueId unique;
    std::memcpy(&unique, id.data(), sizeof unique);
    ncclConfig_t config = NCCL_CONFIG_INITIALIZER;
    config.blocking = 0;
    ncclComm_t communicator = nullptr;
    const ncclResult_t code = ncclCommInitRankConfig(&communicator, num_ranks, unique, rank, &config);
    if (code != ncclSuccess && code != ncclInProgress && communicator != nullptr) {
      ncclCommAbort(communicator);
      communicator = nullptr;
    }
    check_nccl(code, "ncclCommInitRankConfig", communicator);
    return communicator;
  }

  NcclState state(void* communicator) override {
    ncclResult_t state = ncclSuccess;
    check_nccl(ncclCommGetAsyncError(comm_of(communicator), &state), "ncclCommGetAsyncError", comm_of(communicator));
    check_nccl(state, "NCCL's background work", comm_of(communicator));
    return state == ncclInProgress ? NcclState::in_progress : NcclState::ready;
  }

  void finalize(void* communicator) override {
    check_nccl(ncclCommFinalize(comm_of(communicator)), "ncclCommFinalize", comm_of(communicator));
  }
  void destroy(void* communicator) override { check_nccl(ncclCommDestroy(comm_of(communicator)), "ncclCommDestroy", nullptr); }
  void abort(void* communicator) override { check_nccl(ncclCommAbort(comm_of(communicator)), "ncclCommAbort", nullptr); }

  void all_reduce(void* communicator, Buffer values, ReduceOp op, void* stream) override {
    check_nccl(ncclAllReduce(values.data, values.data, values.count, type_of(values.dtype), op_of(op), comm_of(communicator),
                             stream_of(stream)),
               "ncclAllReduce", comm_of(communicator));
  }
  void broadcast(void* communicator, Buffer values, int root, void* stream) override {
    check_nccl(ncclBroadcast(values.data, values.data, values.count, type_of(values.dtype), root, comm_of(communicator),
                             stream_of(stream)),
               "ncclBroadcast", comm_of(communicator));
  }
  void all_gather(void* communicator, Buffer in, Buffer out, void* stream) override {
    check_nccl(ncclAllGather(in.data, out.data, in.count, type_of(in.dtype), comm_of(communicator), stream_of(stream)),
               "ncclAllGather", comm_of(communicator));
  }
  void reduce_scatter(void* communicator, Buffer in, Buffer out, ReduceOp op, void* stream) override {
    check_nccl(
        ncclReduceScatter(in.data, out.data, out.count, type_of(in.dtype), op_of(op), comm_of(communicator), stream_of(stream)),
        "ncclReduceScatter", comm_of(communicator));
  }
};

} // namespace

std::shared_ptr<NcclLibrary> open_nccl_library() { return std::make_shared<RealNccl>(); }

} // namespace radforge
