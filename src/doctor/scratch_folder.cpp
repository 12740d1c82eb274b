#include "scratch_folder.hpp"

#include "radforge/comm/agreement.hpp"
#include "radforge/core/file_descriptor.hpp"
#include "radforge/core/process_identity.hpp"

#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <random>

namespace radforge {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view mark = ".doctor-";

std::string unique_name() {
  const ProcessIdentity process = this_process();
  return fmt::format("{}{}-{}-{:08x}", mark, process.host, process.pid, std::random_device()());
}

} // namespace

ScratchFolder::ScratchFolder(Communicator& world, const std::vector<Node>& nodes, fs::path folder)
    : folder_(std::move(folder)), num_nodes_(nodes.size()), name_(broadcast(world, unique_name())) {
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].ranks.front() == world.rank()) {
      node_ = i;
    }
  }
  std::error_code ignored;
  for (fs::path path = fs::absolute(folder_, ignored); node_ && !fs::exists(path, ignored) && path != path.parent_path();
       path = path.parent_path()) {
    missing_.push_back(path);
  }
  world.barrier(); // no node has made anything before all have looked
}

ScratchFolder::~ScratchFolder() {
  if (!node_) {
    return;
  }
  std::error_code ignored;
  fs::remove_all(of(*node_), ignored);
  for (const fs::path& path : missing_) {
    fs::remove(path, ignored); // if it is empty: the last node's do that
  }
}

void ScratchFolder::make() {
  fs::create_directories(folder_);
  const fs::path mine = of(*node_);
  if (::mkdir(mine.c_str(), 0777) != 0) { // also where it is there: it is not ours then
    throw_io_error("make", mine, errno);
  }
  if (*node_ == 0) {
    remove_old();
  }
}

fs::path ScratchFolder::of(std::size_t node) const { return folder_ / fmt::format("{}-{}", name_, node); }

std::vector<bool> ScratchFolder::seen() const {
  std::vector<bool> seen(num_nodes_);
  const std::string beginning = name_ + "-";
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_)) {
    const std::string name = entry.path().filename().string();
    std::size_t node = 0;
    if (name.starts_with(beginning) &&
        std::from_chars(name.data() + beginning.size(), name.data() + name.size(), node).ec == std::errc() && node < num_nodes_) {
      seen[node] = true;
    }
  }
  return seen;
}

// By the file system's own clock, which has just dated this node's folder.
void ScratchFolder::remove_old() const {
  std::error_code ignored;
  const fs::file_time_type now = fs::last_write_time(of(*node_), ignored);
  for (fs::directory_iterator entry(folder_, ignored); entry != fs::directory_iterator(); entry.increment(ignored)) {
    if (entry->path().filename().string().starts_with(mark) && now - entry->last_write_time(ignored) > std::chrono::hours(1)) {
      fs::remove_all(entry->path(), ignored);
    }
  }
}

} // namespace radforge
