#include "node_memory.hpp"

#include "radforge/core/error.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>
#include <system_error>

namespace radforge {

namespace {

using Text = std::array<char, 256>;

/// What a rank tells the others.
struct Introduction {
  Text host{};
  Text boot_id{};
  Text memory{}; ///< name of the memory that it offers
  std::int64_t pid = 0;
  std::int64_t start_ticks = 0;
  std::int64_t descriptor = -1;
};

Text text_of(const std::string& text) {
  Text result{};
  std::memcpy(result.data(), text.data(), std::min(text.size(), result.size() - 1));
  return result;
}

template <class T>
std::vector<T> gather(Communicator& ranks, T mine) {
  std::vector<T> all(static_cast<std::size_t>(ranks.size()));
  ranks.all_gather({&mine, sizeof(T), DType::u8, Place::host}, {all.data(), sizeof(T) * all.size(), DType::u8, Place::host});
  return all;
}

int offer(const Text& memory, std::size_t num_bytes) {
  const int descriptor = memfd_create(memory.data(), MFD_CLOEXEC);
  // Reserved now: a page that cannot be had later would be a SIGBUS.
  if (descriptor >= 0 && posix_fallocate(descriptor, 0, static_cast<off_t>(num_bytes)) == 0) {
    return descriptor;
  }
  if (descriptor >= 0) {
    close(descriptor);
  }
  return -1;
}

/// The memory that another process offers; -1 if it cannot be reached.
int accept(const Introduction& leader) {
  const std::string path = fmt::format("/proc/{}/fd/{}", leader.pid, leader.descriptor);
  Text link{};
  // The pid may be another process's in this container.
  if (readlink(path.c_str(), link.data(), link.size() - 1) < 0 ||
      std::string(link.data()) != fmt::format("/memfd:{} (deleted)", leader.memory.data())) {
    return -1;
  }
  return open(path.c_str(), O_RDWR | O_CLOEXEC);
}

void* map(int descriptor, std::size_t num_bytes) {
  const int flags = descriptor < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
  void* memory = mmap(nullptr, num_bytes, PROT_READ | PROT_WRITE, flags, descriptor, 0);
  return memory == MAP_FAILED ? nullptr : memory;
}

} // namespace

NodeMemory::NodeMemory(Communicator& ranks, const std::function<std::size_t(std::size_t)>& bytes_for, int most_ranks) {
  const int rank = ranks.rank();
  const ProcessIdentity me = this_process();
  Introduction mine{text_of(me.host), text_of(me.boot_id), {}, me.pid, me.start_ticks, -1};
  for (const Introduction& other : gather(ranks, mine)) {
    processes_.push_back({other.host.data(), other.boot_id.data(), other.pid, other.start_ticks, {}, 0});
  }
  std::vector<int> node;
  for (int r = 0; r < ranks.size(); ++r) {
    if (on_same_machine(processes_[static_cast<std::size_t>(r)], me) &&
        (most_ranks == 0 || r / most_ranks == rank / most_ranks)) {
      node.push_back(r);
    }
  }
  num_bytes_ = bytes_for(node.size());
  const int leader = node.front();
  if (leader == rank) {
    mine.memory = text_of(fmt::format("radforge-{}-{}", me.pid, std::chrono::steady_clock::now().time_since_epoch().count()));
    mine.descriptor = offer(mine.memory, num_bytes_);
  }
  const auto offers = gather(ranks, mine);
  const Introduction& offered = offers[static_cast<std::size_t>(leader)];
  int descriptor = static_cast<int>(mine.descriptor);
  if (leader != rank && offered.descriptor >= 0) {
    descriptor = accept(offered);
  }
  memory_ = descriptor < 0 ? nullptr : map(descriptor, num_bytes_);
  const auto shares = gather(ranks, static_cast<std::int64_t>(memory_ != nullptr));
  if (descriptor >= 0) {
    close(descriptor);
  }
  if (memory_ != nullptr) {
    std::copy_if(node.begin(), node.end(), std::back_inserter(ranks_),
                 [&](int r) { return shares[static_cast<std::size_t>(r)] != 0; });
    return;
  }
  ranks_ = {rank};
  num_bytes_ = bytes_for(1);
  memory_ = map(-1, num_bytes_);
  if (memory_ == nullptr) {
    throw CommunicationError("no {} bytes of memory for what the ranks of a node share ({}): start fewer ranks on a node",
                             num_bytes_, std::generic_category().message(errno));
  }
}

NodeMemory::~NodeMemory() { munmap(memory_, num_bytes_); }

} // namespace radforge
