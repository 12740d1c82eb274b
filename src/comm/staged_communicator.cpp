#include "staged_communicator.hpp"

#include "collective_checks.hpp"

#include <cstdlib>
#include <utility>

namespace radforge {

StagedCommunicator::StagedCommunicator(std::shared_ptr<Communicator> control, std::shared_ptr<GpuRuntime> runtime,
                                       CurrentStream current_stream)
    : control_(std::move(control)), runtime_(std::move(runtime)), current_stream_(std::move(current_stream)),
      pool_(std::make_shared<PinnedPool>(runtime_)) {
  if (!current_stream_) {
    current_stream_ = [] { return nullptr; };
  }
}

StagedBuffer StagedCommunicator::stage(const Buffer& device) {
  auto memory = pool_->take(device.bytes());
  const Buffer host{memory.get(), device.count, device.dtype, Place::host};
  return {device, host, std::move(memory)};
}

void StagedCommunicator::copy(const Buffer& to, const Buffer& from) { copy_staged(*runtime_, to, from, current_stream_()); }

Buffer StagedCommunicator::part(const Buffer& whole, std::size_t count) const {
  return whole.slice(static_cast<std::size_t>(rank()) * count, count);
}

void StagedCommunicator::all_reduce(Buffer values, ReduceOp op) {
  if (values.where == Place::host) {
    return control_->all_reduce(values, op);
  }
  const StagedBuffer staged = stage(values);
  copy(staged.host, values);
  control_->all_reduce(staged.host, op);
  copy(values, staged.host);
}

std::unique_ptr<Work> StagedCommunicator::start_all_reduce(Buffer values, ReduceOp op) {
  if (values.where == Place::host) {
    return control_->start_all_reduce(values, op);
  }
  const StagedBuffer staged = stage(values);
  copy(staged.host, values);
  return std::make_unique<StagedWork>(runtime_, current_stream_, staged, control_->start_all_reduce(staged.host, op));
}

void StagedCommunicator::broadcast(Buffer values, int root) {
  if (values.where == Place::host) {
    return control_->broadcast(values, root);
  }
  const StagedBuffer staged = stage(values);
  if (rank() == root) {
    copy(staged.host, values);
  }
  control_->broadcast(staged.host, root);
  if (rank() != root) {
    copy(values, staged.host);
  }
}

void StagedCommunicator::all_gather(Buffer in, Buffer out) {
  require_gather_sizes(*this, in, out);
  if (in.where == Place::host) {
    return control_->all_gather(in, out);
  }
  const StagedBuffer staged = stage(out);
  const Buffer mine = part(staged.host, in.count);
  copy(mine, in);
  control_->all_gather(mine, staged.host);
  copy(out, staged.host);
}

void StagedCommunicator::reduce_scatter(Buffer in, Buffer out, ReduceOp op) {
  require_scatter_sizes(*this, in, out);
  if (in.where == Place::host) {
    return control_->reduce_scatter(in, out, op);
  }
  const StagedBuffer staged = stage(in);
  copy(staged.host, in);
  const Buffer mine = part(staged.host, out.count);
  control_->reduce_scatter(staged.host, mine, op);
  copy(out, mine);
}

std::unique_ptr<Communicator> StagedCommunicator::split(int color) {
  return std::make_unique<StagedCommunicator>(control_->split(color), runtime_, current_stream_);
}

void StagedCommunicator::abort(int exit_code) {
  control_->abort(exit_code);
  std::_Exit(exit_code); // compilers do not trust a virtual function not to return
}

std::unique_ptr<Communicator> make_staged_communicator(Communicator& control, CurrentStream current_stream) {
  const std::shared_ptr<Communicator> not_owned(std::shared_ptr<void>(), &control);
  return std::make_unique<StagedCommunicator>(not_owned, open_gpu_runtime(), std::move(current_stream));
}

} // namespace radforge
