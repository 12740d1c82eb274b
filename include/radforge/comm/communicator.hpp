#pragma once

#include <cstddef>
#include <memory>
#include <span>

namespace radforge {

enum class DType { u8, i32, i64, f32, f64, bf16 };
enum class Place { host, cuda };

/// Bytes an element of `dtype` takes.
std::size_t size_of(DType dtype);

/// A contiguous array that somebody else owns: all that a collective needs to know of a tensor.
struct Buffer {
  void* data = nullptr;
  std::size_t count = 0; ///< elements
  DType dtype = DType::f32;
  Place where = Place::host;

  std::size_t bytes() const { return count * size_of(dtype); }
  /// `count` elements from element `first` on. Errors: InternalError if they do not lie inside.
  Buffer slice(std::size_t first, std::size_t count) const;
};

template <class T>
constexpr DType dtype_of();
template <>
constexpr DType dtype_of<unsigned char>() {
  return DType::u8;
}
template <>
constexpr DType dtype_of<int>() {
  return DType::i32;
}
template <>
constexpr DType dtype_of<long>() {
  return DType::i64;
}
template <>
constexpr DType dtype_of<float>() {
  return DType::f32;
}
template <>
constexpr DType dtype_of<double>() {
  return DType::f64;
}

template <class T>
Buffer buffer_of(std::span<T> values) {
  return {values.data(), values.size(), dtype_of<T>(), Place::host};
}

enum class ReduceOp { sum, min, max };

/// A collective under way: its buffers belong to it until it is done. Destroying it waits. Errors: CommunicationError.
class Work {
 public:
  virtual ~Work() = default;
  virtual bool done() = 0;
  virtual void wait() = 0;
};

/// The ranks of a run and their collectives. A communicator of one rank does nothing and is right, so callers have no special
/// case. All ranks must make the same calls in the same order; one thread at a time uses one communicator. After a reduction all
/// ranks hold the same bits. Errors: CommunicationError; InternalError for sizes, roots or places that do not fit.
class Communicator {
 public:
  virtual ~Communicator() = default;
  virtual int rank() const = 0;
  virtual int size() const = 0;

  /// In place.
  virtual void all_reduce(Buffer values, ReduceOp op) = 0;
  virtual std::unique_ptr<Work> start_all_reduce(Buffer values, ReduceOp op) = 0;
  virtual void broadcast(Buffer values, int root) = 0;
  /// `out.count == size() * in.count`; rank r's part begins at element r * in.count. In place if `in` is that part of `out`.
  virtual void all_gather(Buffer in, Buffer out) = 0;
  /// `in.count == size() * out.count`; rank r keeps the part of `in` that begins at element r * out.count. In place if `out` is
  /// it.
  virtual void reduce_scatter(Buffer in, Buffer out, ReduceOp op) = 0;
  virtual void barrier() = 0;

  /// The ranks that name the same colour (not negative), in their order, as a communicator of their own. Collective.
  virtual std::unique_ptr<Communicator> split(int color) = 0;

  /// Ends every rank of the world at once with this exit code.
  [[noreturn]] virtual void abort(int exit_code) = 0;
};

/// One rank, no messages.
std::unique_ptr<Communicator> make_self_communicator();

} // namespace radforge
