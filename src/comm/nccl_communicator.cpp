#include "nccl_communicator.hpp"

#include "collective_checks.hpp"
#include "nccl_setup.hpp"
#include "nccl_work.hpp"
#include "radforge/comm/agreement.hpp"
#include "radforge/core/error.hpp"

#include <cstdlib>
#include <exception>
#include <utility>

namespace radforge {

namespace {

std::int64_t bytes_of(const Buffer& buffer) { return static_cast<std::int64_t>(buffer.bytes()); }

} // namespace

NcclCommunicator::NcclCommunicator(std::shared_ptr<Communicator> control, std::shared_ptr<GpuRuntime> runtime,
                                   std::shared_ptr<NcclLibrary> library, NcclOptions options)
    : control_(std::move(control)), runtime_(std::move(runtime)), library_(std::move(library)), options_(std::move(options)),
      num_exceptions_(std::uncaught_exceptions()) {
  if (!options_.current_stream) {
    options_.current_stream = [] { return nullptr; };
  }
  agree(*control_, [&] {
    try {
      runtime_->set_device(options_.device);
      stream_.emplace(runtime_);
      ready_.emplace(runtime_);
    } catch (const CommunicationError& error) {
      throw CommunicationError("GPU {} cannot be used ({}): `nvidia-smi` shows its state", options_.device, error.what());
    }
  });
  link_ = set_up_nccl(*control_, library_, options_.start_deadline_s);
  monitor_.emplace(link_, runtime_, NcclMonitorOptions{control_->rank(), options_.device, options_.collective_deadline_s});
}

NcclCommunicator::~NcclCommunicator() {
  monitor_.reset();
  if (std::uncaught_exceptions() == num_exceptions_) {
    link_->close(options_.end_deadline_s);
  } else {
    link_->fail("the communicator was left by an exception");
  }
}

template <class Call>
std::unique_ptr<Work> NcclCommunicator::start(const Collective& call, const Call& hand_over) {
  link_->check();
  monitor_->begin(call);
  try {
    ready_->record(options_.current_stream());
    ready_->make_wait(stream_->get());
    if (call.bytes > 0) {
      link_->call([&](NcclLibrary& library, void* communicator) { hand_over(library, communicator, stream_->get()); });
    }
    auto done = std::make_shared<GpuEvent>(runtime_);
    done->record(stream_->get());
    monitor_->handed_over(done);
    return std::make_unique<NcclWork>(link_, std::move(done), options_.current_stream);
  } catch (const std::exception& error) {
    monitor_->fail_call(error.what());
  }
}

void NcclCommunicator::all_reduce(Buffer values, ReduceOp op) {
  link_->check();
  if (values.where == Place::host) {
    return control_->all_reduce(values, op);
  }
  start({Operation::all_reduce, op, values.dtype, 0, bytes_of(values)}, [=](NcclLibrary& library, void* communicator,
                                                                            void* stream) {
    library.all_reduce(communicator, values, op, stream);
  })->wait();
}

std::unique_ptr<Work> NcclCommunicator::start_all_reduce(Buffer values, ReduceOp op) {
  link_->check();
  if (values.where == Place::host) {
    return control_->start_all_reduce(values, op);
  }
  return start(
      {Operation::start_all_reduce, op, values.dtype, 0, bytes_of(values)},
      [=](NcclLibrary& library, void* communicator, void* stream) { library.all_reduce(communicator, values, op, stream); });
}

void NcclCommunicator::broadcast(Buffer values, int root) {
  link_->check();
  if (values.where == Place::host) {
    return control_->broadcast(values, root);
  }
  require_root(*this, root);
  start({Operation::broadcast, ReduceOp::sum, values.dtype, root, bytes_of(values)}, [=](NcclLibrary& library, void* communicator,
                                                                                         void* stream) {
    library.broadcast(communicator, values, root, stream);
  })->wait();
}

void NcclCommunicator::all_gather(Buffer in, Buffer out) {
  link_->check();
  require_gather_sizes(*this, in, out);
  if (in.where == Place::host) {
    return control_->all_gather(in, out);
  }
  start({Operation::all_gather, ReduceOp::sum, in.dtype, 0, bytes_of(out)}, [=](NcclLibrary& library, void* communicator,
                                                                                void* stream) {
    library.all_gather(communicator, in, out, stream);
  })->wait();
}

void NcclCommunicator::reduce_scatter(Buffer in, Buffer out, ReduceOp op) {
  link_->check();
  require_scatter_sizes(*this, in, out);
  if (in.where == Place::host) {
    return control_->reduce_scatter(in, out, op);
  }
  start({Operation::reduce_scatter, op, in.dtype, 0, bytes_of(in)}, [=](NcclLibrary& library, void* communicator, void* stream) {
    library.reduce_scatter(communicator, in, out, op, stream);
  })->wait();
}

void NcclCommunicator::barrier() {
  link_->check();
  control_->barrier();
}

std::unique_ptr<Communicator> NcclCommunicator::split(int color) {
  link_->check();
  return std::make_unique<NcclCommunicator>(control_->split(color), runtime_, library_, options_);
}

void NcclCommunicator::abort(int exit_code) {
  link_->fail("this rank ended the world");
  control_->abort(exit_code);
  std::_Exit(exit_code); // compilers do not trust a virtual function not to return
}

std::unique_ptr<Communicator> make_nccl_communicator(Communicator& control, NcclOptions options) {
  const std::shared_ptr<Communicator> not_owned(std::shared_ptr<void>(), &control);
  return std::make_unique<NcclCommunicator>(not_owned, open_gpu_runtime(), open_nccl_library(), std::move(options));
}

} // namespace radforge
