#pragma once

#include "radforge/core/file_system.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace radforge {

/// The machine is gone. No std::exception, so that nothing takes it for an error it can handle.
struct Crash {};

/// A file system of which one call fails, or with which the machine goes down at one call. Calls that change something are
/// counted from 1. A write at which the machine goes down has done half its work; what was not flushed by then is lost, as on a
/// machine that lost its power. A flush is noted and not done, which takes most of the time out of a test.
class FaultyFileSystem final : public FileSystem {
 public:
  enum class Fault { none, crash, error, interruption, short_write, no_exchange };

  FaultyFileSystem() = default;
  /// At call `at` (0: at none); `error_number` is of Fault::error.
  FaultyFileSystem(Fault fault, int at, int error_number = 0) : fault_(fault), at_(at), error_number_(error_number) {}
  ~FaultyFileSystem() override {
    for (const auto& [file, copy] : unflushed_) {
      ::close(copy);
    }
  }

  /// Every call from now on fails with this error; 0 for none.
  void fail_all(int error_number) {
    const std::lock_guard lock(mutex_);
    always_ = error_number;
  }
  /// What free_room() tells from now on.
  void set_room(FreeRoom room) {
    const std::lock_guard lock(mutex_);
    room_ = room;
    has_room_ = true;
  }
  int num_calls() const { return count_; }
  bool has_crashed() const { return crashed_; }
  /// "write", "sync", ... in the order of the calls, with the last part of their path.
  const std::vector<std::string>& calls() const { return calls_; }

 protected:
  int call_create(const char* path) override {
    return once("create", name_of(path), [&] { return FileSystem::call_create(path); });
  }
  std::ptrdiff_t call_write(int file, std::span<const std::byte> bytes) override {
    const std::lock_guard lock(mutex_);
    const bool here = begin("write", name_of(file));
    if (crashed_) {
      FileSystem::call_write(file, bytes.first(bytes.size() / 2));
      lose_unflushed();
      throw Crash{};
    }
    if (failed_) {
      return -1;
    }
    if (here && fault_ == Fault::short_write) {
      bytes = bytes.first((bytes.size() + 1) / 2);
    }
    struct stat status = {};
    ::fstat(file, &status);
    if (!unflushed_.contains(status.st_ino)) {
      unflushed_[status.st_ino] = ::dup(file);
    }
    return FileSystem::call_write(file, bytes);
  }
  int call_sync(int file) override {
    const int result = once("sync", name_of(file), [] { return 0; });
    const std::lock_guard lock(mutex_);
    struct stat status = {};
    ::fstat(file, &status);
    if (const auto found = unflushed_.find(status.st_ino); result == 0 && found != unflushed_.end()) {
      ::close(found->second);
      unflushed_.erase(found);
    }
    return result;
  }
  int call_close(int file) override {
    return once("close", name_of(file), [&] { return FileSystem::call_close(file); });
  }
  int call_make_folder(const char* path) override {
    return once("make_folder", name_of(path), [&] { return FileSystem::call_make_folder(path); });
  }
  int call_rename(const char* from, const char* to) override {
    return once("rename", name_of(to), [&] { return FileSystem::call_rename(from, to); });
  }
  int call_exchange(const char* from, const char* to) override {
    if (fault_ == Fault::no_exchange) {
      errno = EINVAL;
      return -1;
    }
    return once("exchange", name_of(to), [&] { return FileSystem::call_exchange(from, to); });
  }
  int call_remove_file(const char* path) override {
    return once("remove_file", name_of(path), [&] { return FileSystem::call_remove_file(path); });
  }
  int call_remove_folder(const char* path) override {
    return once("remove_folder", name_of(path), [&] { return FileSystem::call_remove_folder(path); });
  }
  int call_free_room(const char* path, FreeRoom& room) override {
    const std::lock_guard lock(mutex_);
    if (has_room_) {
      room = room_;
      return 0;
    }
    return FileSystem::call_free_room(path, room);
  }

 private:
  static std::string name_of(const char* path) { return std::filesystem::path(path).filename().string(); }
  static std::string name_of(int file) {
    std::error_code ignored;
    return std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(file), ignored).filename().string();
  }

  // Counts the call. True: the fault is here. Sets `failed_` where the call does not happen.
  bool begin(const char* call, const std::string& name) {
    if (crashed_) {
      throw Crash{};
    }
    ++count_;
    calls_.push_back(std::string(call) + " " + name);
    failed_ = always_ != 0;
    errno = always_;
    if (count_ != at_) {
      return false;
    }
    crashed_ = fault_ == Fault::crash;
    if (fault_ == Fault::error || fault_ == Fault::interruption) {
      failed_ = true;
      errno = fault_ == Fault::error ? error_number_ : EINTR;
    }
    return true;
  }

  template <class Call>
  int once(const char* call, const std::string& name, const Call& work) {
    const std::lock_guard lock(mutex_);
    begin(call, name);
    if (crashed_) {
      lose_unflushed();
      throw Crash{};
    }
    return failed_ ? -1 : work();
  }

  void lose_unflushed() {
    for (const auto& [file, copy] : unflushed_) {
      [[maybe_unused]] const int cut = ::ftruncate(copy, 0);
      ::close(copy);
    }
    unflushed_.clear();
  }

  std::mutex mutex_;
  Fault fault_ = Fault::none;
  int at_ = 0;
  int error_number_ = 0;
  int always_ = 0;
  int count_ = 0;
  bool failed_ = false;
  bool crashed_ = false;
  bool has_room_ = false;
  FreeRoom room_;
  std::map<ino_t, int> unflushed_; ///< written and not flushed since: a second descriptor of each
  std::vector<std::string> calls_;
};

} // namespace radforge
