#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace radforge {

/// A value that one thread writes and other threads or processes read from shared memory, always whole: also when the writer was
/// stopped in the middle of a write, since it then wrote into the half that nobody reads. Zero bytes are a value of zeros.
template <class T>
class Published {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) % sizeof(std::uint64_t) == 0);
  using Words = std::array<std::uint64_t, sizeof(T) / sizeof(std::uint64_t)>;

 public:
  void write(const T& value) {
    Words words;
    std::memcpy(words.data(), &value, sizeof(T));
    const std::uint64_t next = version_.load(std::memory_order_relaxed) + 1;
    // The former version is out before its predecessor's half is overwritten.
    std::atomic_thread_fence(std::memory_order_release);
    auto& half = halves_[next % 2];
    for (std::size_t i = 0; i < words.size(); ++i) {
      half[i].store(words[i], std::memory_order_relaxed);
    }
    version_.store(next, std::memory_order_seq_cst);
  }

  T read() const {
    for (;;) {
      const std::uint64_t version = version_.load(std::memory_order_seq_cst);
      const auto& half = halves_[version % 2];
      Words words;
      for (std::size_t i = 0; i < words.size(); ++i) {
        words[i] = half[i].load(std::memory_order_relaxed);
      }
      std::atomic_thread_fence(std::memory_order_acquire);
      if (version_.load(std::memory_order_relaxed) == version) {
        T value;
        std::memcpy(static_cast<void*>(&value), words.data(), sizeof(T));
        return value;
      }
    }
  }

 private:
  static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
  std::atomic<std::uint64_t> version_{0};
  std::array<std::array<std::atomic<std::uint64_t>, sizeof(T) / sizeof(std::uint64_t)>, 2> halves_{};
};

} // namespace radforge
