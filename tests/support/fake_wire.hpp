#pragma once

#include "../../src/comm/nccl_library.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace radforge {

/// What joins the ranks of a fake NCCL communicator: memory that processes of one machine share, found by its id. A rank that
/// waits for others can be called off, so that it can be told of an abort.
class FakeWire {
 public:
  static constexpr std::size_t kPieceBytes = std::size_t{32} << 10;
  using Parts = std::vector<const std::byte*>;

  static NcclId make_id() {
    static std::atomic<int> number{0};
    const std::string name = "/radforge-fake-" + std::to_string(getpid()) + "-" + std::to_string(++number);
    const int descriptor = shm_open(name.c_str(), O_CREAT | O_EXCL | O_RDWR, 0600);
    if (descriptor < 0) {
      throw std::runtime_error("no shared memory for the fake NCCL");
    }
    close(descriptor);
    NcclId id{};
    std::memcpy(id.data(), name.data(), name.size());
    return id;
  }

  static void forget(const NcclId& id) { shm_unlink(reinterpret_cast<const char*>(id.data())); }

  FakeWire(const NcclId& id, int rank, int num_ranks)
      : name_(reinterpret_cast<const char*>(id.data())), rank_(rank), num_ranks_(num_ranks),
        num_bytes_(static_cast<std::size_t>(num_ranks) * (sizeof(Progress) + kPieceBytes)) {
    const int descriptor = shm_open(name_.c_str(), O_RDWR, 0600);
    if (descriptor < 0 || ftruncate(descriptor, static_cast<off_t>(num_bytes_)) != 0) {
      throw std::runtime_error("no shared memory for the fake NCCL");
    }
    memory_ = static_cast<std::byte*>(mmap(nullptr, num_bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0));
    close(descriptor);
    progress(rank_).attached = 1;
  }
  ~FakeWire() {
    munmap(memory_, num_bytes_);
    forget_name();
  }
  FakeWire(const FakeWire&) = delete;
  FakeWire& operator=(const FakeWire&) = delete;

  bool all_attached() {
    const bool all = all_beyond(&Progress::attached, 1);
    if (all) {
      forget_name();
    }
    return all;
  }
  void finish() { progress(rank_).finished = 1; }
  bool all_finished() { return all_beyond(&Progress::finished, 1); }
  void call_off() { called_off_ = true; }
  bool is_called_off() const { return called_off_; }

  /// Gives `use` the bytes of all ranks in rank order; one after the other, in the same order on all ranks. False when called
  /// off.
  bool exchange(const std::byte* mine, std::size_t num_bytes, const std::function<void(const Parts&)>& use) {
    const long number = ++num_exchanges_;
    if (!wait(&Progress::taken, number - 1)) {
      return false;
    }
    std::memcpy(place(rank_), mine, num_bytes);
    progress(rank_).staged = number;
    if (!wait(&Progress::staged, number)) {
      return false;
    }
    Parts parts;
    for (int r = 0; r < num_ranks_; ++r) {
      parts.push_back(place(r));
    }
    use(parts);
    progress(rank_).taken = number;
    return true;
  }

 private:
  struct alignas(64) Progress {
    std::atomic<long> attached, finished, staged, taken;
  };

  Progress& progress(int rank) { return reinterpret_cast<Progress*>(memory_)[rank]; }
  std::byte* place(int rank) {
    return memory_ + static_cast<std::size_t>(num_ranks_) * sizeof(Progress) + static_cast<std::size_t>(rank) * kPieceBytes;
  }
  bool all_beyond(std::atomic<long> Progress::*step, long number) {
    for (int r = 0; r < num_ranks_; ++r) {
      if ((progress(r).*step).load() < number) {
        return false;
      }
    }
    return true;
  }
  bool wait(std::atomic<long> Progress::*step, long number) {
    while (!called_off_ && !all_beyond(step, number)) {
      std::this_thread::sleep_for(std::chrono::microseconds(20));
    }
    return !called_off_;
  }
  void forget_name() {
    if (rank_ == 0 && !name_.empty()) {
      shm_unlink(name_.c_str());
      name_.clear();
    }
  }

  std::string name_;
  int rank_;
  int num_ranks_;
  std::size_t num_bytes_;
  std::byte* memory_ = nullptr;
  long num_exchanges_ = 0;
  std::atomic<bool> called_off_{false};
};

} // namespace radforge
