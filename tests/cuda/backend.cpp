// CUDA's place in ATen, taken by this machine's memory: a build without CUDA has no kernels there, so tests may put their own.
// Every operator copies its tensors to the CPU, computes there and copies back. What must not be on a GPU is refused: an operator
// that is given tensors of both places, and a pointer into device memory that is followed outside an operator.
#include "backend.hpp"

#include <ATen/EmptyTensor.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <ATen/native/CPUFallback.h>
#include <ATen/native/Resize.h>
#include <ATen/ops/_copy_from_and_resize.h>
#include <ATen/ops/_reshape_alias_native.h>
#include <ATen/ops/as_strided_native.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/native_batch_norm.h>
#include <ATen/ops/set_native.h>
#include <ATen/ops/view_native.h>
#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <sys/mman.h>
#include <torch/library.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <stdexcept>
#include <utility>
#include <vector>

namespace radforge {

namespace {

const at::Device here(at::kCUDA, 0);

std::atomic<std::int64_t> num_copies_to_host{0};
std::atomic<bool> records{false};
thread_local bool in_operator = false; // whose copies are this stand-in's own business

struct InOperator {
  ~InOperator() { in_operator = before; }
  bool before = std::exchange(in_operator, true);
};

void count_copy_to_host() {
  TORCH_CHECK(!records || in_operator, "operation not permitted when stream is capturing");
  num_copies_to_host += in_operator ? 0 : 1;
}

/// Memory from one stretch of addresses, on large pages, as all of it is opened and closed for each operator; what was freed is
/// given again to who wants as much.
class DeviceMemory final : public c10::Allocator {
 public:
  at::DataPtr allocate(std::size_t bytes) override {
    if (bytes == 0) {
      return {nullptr, here};
    }
    const std::scoped_lock lock(mutex_);
    const std::size_t size = (bytes + granule - 1) / granule * granule;
    std::vector<void*>& free = free_[size];
    void* block = nullptr;
    if (!free.empty()) {
      block = free.back();
      free.pop_back();
    } else if (size <= most - used_) {
      block = static_cast<std::byte*>(arena_) + used_;
      used_ += size;
      if (used_ > reached_) {
        reached_ = (used_ + page - 1) / page * page;
        protect(num_open_ > 0 ? PROT_READ | PROT_WRITE : PROT_NONE);
      }
    } else {
      throw std::bad_alloc();
    }
    sizes_[block] = size;
    return {block, block, &release, here};
  }
  at::DeleterFnPtr raw_deleter() const override { return nullptr; }
  void copy_data(void* to, const void* from, std::size_t count) const override {
    const DeviceAccess access;
    std::memcpy(to, from, count);
  }

  std::vector<std::byte> content() {
    const DeviceAccess access;
    const auto* first = static_cast<const std::byte*>(arena_);
    return {first, first + used_};
  }
  void set_content(const std::vector<std::byte>& bytes) {
    const DeviceAccess access;
    std::ranges::copy(bytes, static_cast<std::byte*>(arena_));
  }

  void open() {
    const std::scoped_lock lock(mutex_);
    if (num_open_++ == 0) {
      protect(PROT_READ | PROT_WRITE);
    }
  }
  void close() {
    const std::scoped_lock lock(mutex_);
    if (--num_open_ == 0) {
      protect(PROT_NONE);
    }
  }

 private:
  static constexpr std::size_t granule = 512;
  static constexpr std::size_t page = std::size_t{2} << 20;
  static constexpr std::size_t most = std::size_t{8} << 30; // of addresses, not of memory

  static void* reserve() {
    void* stretch = mmap(nullptr, most + page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    std::size_t space = most + page;
    void* aligned = std::align(page, most, stretch, space);
    madvise(aligned, most, MADV_HUGEPAGE);
    return aligned;
  }
  void protect(int rights) const { mprotect(arena_, std::max(reached_, page), rights); }
  static void release(void* block);

  void* arena_ = reserve();
  std::size_t used_ = 0;
  std::size_t reached_ = 0; ///< whole pages
  std::map<std::size_t, std::vector<void*>> free_;
  std::map<void*, std::size_t> sizes_;
  std::int64_t num_open_ = 0;
  std::mutex mutex_;
};

DeviceMemory& device_memory() {
  static DeviceMemory memory;
  return memory;
}

void DeviceMemory::release(void* block) {
  DeviceMemory& memory = device_memory();
  const std::scoped_lock lock(memory.mutex_);
  memory.free_[memory.sizes_.at(block)].push_back(block);
}

/// One device, whose streams are one after the other's work anyway.
struct Guard final : c10::impl::DeviceGuardImplInterface {
  at::DeviceType type() const override { return at::kCUDA; }
  at::Device exchangeDevice(at::Device) const override { return here; }
  at::Device getDevice() const override { return here; }
  void setDevice(at::Device) const override {}
  void uncheckedSetDevice(at::Device) const noexcept override {}
  c10::Stream getStream(at::Device) const override { return c10::Stream(c10::Stream::DEFAULT, here); }
  c10::Stream getDefaultStream(at::Device) const override { return c10::Stream(c10::Stream::DEFAULT, here); }
  c10::Stream exchangeStream(c10::Stream stream) const override { return stream; }
  c10::DeviceIndex deviceCount() const noexcept override { return 1; }
  bool queryStream(const c10::Stream&) const override { return true; }
  void synchronizeStream(const c10::Stream&) const override {}
  void record(void**, const c10::Stream&, c10::DeviceIndex, c10::EventFlag) const override {}
  void block(void*, const c10::Stream&) const override {}
  bool queryEvent(void*) const override { return true; }
  void synchronizeEvent(void*) const override {}
  void recordDataPtrOnStream(const c10::DataPtr&, const c10::Stream&) const override {}
};

at::Tensor alias_on_cpu(const at::Tensor& x) {
  return at::from_blob(x.data_ptr(), x.sizes(), x.strides(), x.options().device(at::kCPU));
}

/// Refuses what CUDA refuses: tensors of both places, but for numbers that are a tensor of no dimension.
void require_one_place(const c10::OperatorHandle& op, const torch::jit::Stack& stack) {
  const std::string& name = op.schema().name();
  bool here_too = false;
  bool on_cpu = false;
  const auto see = [&](const at::Tensor& x) {
    if (x.defined()) {
      here_too = here_too || x.is_cuda();
      on_cpu = on_cpu || (x.is_cpu() && x.dim() > 0);
    }
  };
  const std::size_t count = op.schema().arguments().size();
  for (std::size_t i = stack.size() - count; i < stack.size(); ++i) {
    if (stack[i].isTensor()) {
      see(stack[i].toTensor());
    } else if (stack[i].isTensorList()) {
      for (const at::Tensor& x : stack[i].toTensorVector()) {
        see(x);
      }
    }
  }
  if (here_too && on_cpu) {
    throw std::runtime_error("expected all tensors to be on the same device: " + name +
                             " was given some of the CPU and some of CUDA");
  }
}

void compute_on_cpu(const c10::OperatorHandle& op, torch::jit::Stack* stack) {
  require_one_place(op, *stack);
  const InOperator inside;
  at::native::cpu_fallback(op, stack, /*error_on_views=*/true);
}

at::Tensor empty(c10::IntArrayRef size, std::optional<at::ScalarType> type, std::optional<at::Layout>, std::optional<at::Device>,
                 std::optional<bool>, std::optional<at::MemoryFormat> format) {
  return at::detail::empty_generic(size, &device_memory(), c10::DispatchKeySet(c10::DispatchKey::CUDA), type.value_or(at::kFloat),
                                   format);
}

at::Tensor empty_strided(c10::IntArrayRef size, c10::IntArrayRef stride, std::optional<at::ScalarType> type,
                         std::optional<at::Layout>, std::optional<at::Device>, std::optional<bool>) {
  return at::detail::empty_strided_generic(size, stride, &device_memory(), c10::DispatchKeySet(c10::DispatchKey::CUDA),
                                           type.value_or(at::kFloat));
}

// Of an operator's output, which begins empty where the operator settles its size.
at::Tensor copy_from_and_resize(const at::Tensor& from, const at::Tensor& to) {
  if (to.sizes() != from.sizes()) {
    const at::Tensor larger = at::empty(from.sizes(), to.options());
    to.unsafeGetTensorImpl()->set_storage_keep_dtype(larger.storage());
    to.unsafeGetTensorImpl()->set_sizes_and_strides(larger.sizes(), larger.strides());
  }
  const DeviceAccess access;
  alias_on_cpu(to).copy_(from);
  return to;
}

at::Tensor& copy(at::Tensor& to, const at::Tensor& from, bool /*non_blocking*/) {
  if (to.is_cpu()) {
    count_copy_to_host();
  }
  TORCH_CHECK(!records || in_operator || from.is_cuda(), "operation not permitted when stream is capturing: a copy of ",
              from.sizes(), " from the CPU");
  const DeviceAccess access;
  alias_on_cpu(to).copy_(alias_on_cpu(from.expand_as(to)));
  return to;
}

at::Scalar number(const at::Tensor& x) {
  count_copy_to_host();
  const DeviceAccess access;
  return alias_on_cpu(x).item();
}

// Its schema does not tell that it writes the running statistics, so the fallback would lose them.
std::tuple<at::Tensor, at::Tensor, at::Tensor> batch_norm(const at::Tensor& x, const std::optional<at::Tensor>& weight,
                                                          const std::optional<at::Tensor>& bias,
                                                          const std::optional<at::Tensor>& mean,
                                                          const std::optional<at::Tensor>& variance, bool training,
                                                          double momentum, double epsilon) {
  const auto alias = [](const std::optional<at::Tensor>& t) {
    return t && t->defined() ? std::optional(alias_on_cpu(*t)) : std::nullopt;
  };
  const InOperator inside;
  const DeviceAccess access;
  auto [y, saved_mean, saved_scale] = at::native_batch_norm(alias_on_cpu(x), alias(weight), alias(bias), alias(mean),
                                                            alias(variance), training, momentum, epsilon);
  return {y.to(here), saved_mean.to(here), saved_scale.to(here)};
}

/// What ATen asks of CUDA beside operators.
struct CUDAHooks final : at::CUDAHooksInterface {
  explicit CUDAHooks(at::CUDAHooksArgs) {}
  void init() const override {}
  bool hasCUDA() const override { return true; }
  bool isBuilt() const override { return true; }
  bool isAvailable() const override { return true; }
  bool hasPrimaryContext(c10::DeviceIndex) const override { return true; }
  int getNumGPUs() const override { return 1; }
  c10::DeviceIndex deviceCount() const override { return 1; }
  c10::DeviceIndex current_device() const override { return 0; }
  c10::DeviceIndex getCurrentDevice() const override { return 0; }
  bool isPinnedPtr(const void*) const override { return false; }
  c10::Allocator* getPinnedMemoryAllocator() const override { return c10::GetCPUAllocator(); }
};
using at::CUDAHooksRegistry;
using at::RegistererCUDAHooksRegistry;
REGISTER_CUDA_HOOKS(CUDAHooks); // found by this name

C10_REGISTER_GUARD_IMPL(CUDA, Guard);

TORCH_LIBRARY_IMPL(_, CUDA, m) { m.fallback(torch::CppFunction::makeFromBoxedFunction<&compute_on_cpu>()); }

TORCH_LIBRARY_IMPL(aten, CUDA, m) {
  m.impl("empty.memory_format", empty);
  m.impl("empty_strided", empty_strided);
  m.impl("copy_", copy);
  m.impl("_copy_from_and_resize", copy_from_and_resize);
  m.impl("_local_scalar_dense", number);
  m.impl("as_strided", at::native::as_strided_tensorimpl);
  m.impl("view", at::native::view);
  m.impl("_reshape_alias", at::native::_reshape_alias);
  m.impl("native_batch_norm", batch_norm);
  // Whole, as the CPU's library computes them: ATen's own pieces mistake the order of kernels of 1 x 1 on their way here.
  m.impl("convolution", torch::CppFunction::makeFromBoxedFunction<&compute_on_cpu>());
  m.impl("convolution_backward", torch::CppFunction::makeFromBoxedFunction<&compute_on_cpu>());
}

} // namespace

DeviceAccess::DeviceAccess() { device_memory().open(); }
DeviceAccess::~DeviceAccess() { device_memory().close(); }

DeviceRecording::DeviceRecording() : memory_(device_memory().content()) { records = true; }
DeviceRecording::~DeviceRecording() {
  records = false;
  device_memory().set_content(memory_);
}

std::int64_t num_host_reads() { return num_copies_to_host; }

} // namespace radforge
