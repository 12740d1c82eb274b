#include "folder_trial.hpp"

#include "radforge/comm/agreement.hpp"
#include "radforge/core/clock.hpp"
#include "radforge/core/error.hpp"
#include "radforge/core/failure.hpp"
#include "radforge/core/file_descriptor.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <optional>
#include <system_error>
#include <thread>

namespace radforge {

namespace fs = std::filesystem;

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(FreeRoom, bytes, files)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(FolderTrial, problem, is_full, view, locks_reach, write_mb_s, sync_ms, room)

namespace {

constexpr std::size_t most_bytes = 16 << 20;       ///< of a node's file
constexpr std::size_t most_bytes_of_all = 1 << 30; ///< of the files of all nodes
constexpr int num_small_files = 9;
constexpr double patience_s = 10; ///< network file systems show a new name to other machines after a while

// HDF5 and other programs lock files so; radforge itself does not depend on it.
bool take_lock(int file) {
  struct flock whole = {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  return ::fcntl(file, F_SETLK, &whole) == 0;
}

bool create_exclusively(const fs::path& path) {
  try {
    const FileDescriptor file(path, O_WRONLY | O_CREAT | O_EXCL, 0666);
    return true;
  } catch (const IoError&) {
    return false;
  }
}

bool tells_of(const std::string& text, int error_number) {
  return text.find(std::generic_category().message(error_number)) != std::string::npos;
}

/// The trial as one rank goes through it. Only the first rank of a node does something; the others are there for the messages.
class Trial {
 public:
  Trial(Communicator& world, Watchdog& watchdog, const std::vector<Node>& nodes, ScratchFolder& scratch)
      : world_(world), watchdog_(watchdog), nodes_(nodes), scratch_(scratch), mine_(scratch.node()),
        num_bytes_(std::min(most_bytes, most_bytes_of_all / nodes.size())) {}

  std::vector<FolderTrial> run() {
    attempt([&] { write(); });
    const std::vector<int> views = views_of(seen_by_all());
    if (mine_) {
      result_.view = views[*mine_];
    }
    try_together(views);
    std::vector<FolderTrial> results;
    for (const std::string& text :
         by_node(nlohmann::json(result_).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace))) {
      results.push_back(nlohmann::json::parse(text).get<FolderTrial>());
    }
    return results;
  }

 private:
  template <class Action>
  void attempt(const Action& action) {
    if (!mine_ || !result_.problem.empty()) {
      return;
    }
    const ScopedPhase busy(watchdog_, Phase::save); // who hangs here is overdue before those who wait for it
    try {
      action();
    } catch (...) {
      result_.problem = current_failure().text;
      result_.is_full = tells_of(result_.problem, ENOSPC) || tells_of(result_.problem, EDQUOT);
    }
  }

  // What each node's first rank says.
  std::vector<std::string> by_node(const std::string& mine) {
    std::vector<std::string> all;
    const std::vector<std::string> texts = all_gather(world_, mine);
    for (const Node& node : nodes_) {
      all.push_back(texts[static_cast<std::size_t>(node.ranks.front())]);
    }
    return all;
  }

  static std::byte content_of(std::size_t node) { return static_cast<std::byte>(node % 251 + 1); }

  void write() {
    scratch_.make();
    const fs::path place = scratch_.of(*mine_);
    result_.room = files_.free_room(place);
    const std::vector<std::byte> bytes(num_bytes_, content_of(*mine_));
    const Stopwatch time;
    publish(place / "big", bytes);
    result_.write_mb_s = static_cast<double>(num_bytes_) / 1e6 / time.seconds();
    std::vector<double> seconds;
    for (int i = 0; i < num_small_files; ++i) {
      const Stopwatch small_time;
      publish(place / fmt::format("small-{}", i), std::span(bytes).first(1));
      seconds.push_back(small_time.seconds());
    }
    std::ranges::nth_element(seconds, seconds.begin() + num_small_files / 2);
    result_.sync_ms = 1e3 * seconds[num_small_files / 2];
    files_.remove_file(place / "small-0");
  }

  void publish(const fs::path& path, std::span<const std::byte> bytes) {
    const fs::path partial = path.string() + ".partial";
    FileSystem::File file = files_.create(partial);
    file.write(bytes);
    file.sync();
    file.close();
    files_.rename(partial, path);
    files_.sync_folder(path.parent_path());
  }

  // Of every node the nodes that it sees, as a word of 0 and 1; "" of one that could not write.
  std::vector<std::string> seen_by_all() {
    const std::vector<std::string> written = by_node(mine_ && result_.problem.empty() ? "1" : "");
    std::string word;
    attempt([&] {
      const Stopwatch time;
      for (auto pause = std::chrono::milliseconds(50);; pause *= 2) {
        const std::vector<bool> seen = scratch_.seen();
        word.clear();
        bool all = true;
        for (std::size_t node = 0; node < nodes_.size(); ++node) {
          word += seen[node] ? '1' : '0';
          all = all && (seen[node] || written[node].empty());
        }
        if (all || time.seconds() > patience_s) {
          break;
        }
        std::this_thread::sleep_for(pause);
      }
    });
    return by_node(word);
  }

  // Nodes that see each other, also by way of others, have one view, the number of the first of them.
  static std::vector<int> views_of(const std::vector<std::string>& words) {
    std::vector<int> views(words.size(), -1);
    for (std::size_t first = 0; first < words.size(); ++first) {
      std::vector<std::size_t> open;
      if (views[first] < 0) {
        views[first] = static_cast<int>(first);
        open.push_back(first);
      }
      while (!open.empty()) {
        const std::size_t node = open.back();
        open.pop_back();

        for (std::size_t other = 0; other < words.size(); ++other) {
          const bool mutual =
              !words[node].empty() && !words[other].empty() && words[node][other] == '1' && words[other][node] == '1';
          if (views[other] < 0 && mutual) {
            views[other] = static_cast<int>(first);
            open.push_back(other);
          }
        }
      }
    }
    return views;
  }

  // Within each view: the first node holds a lock and all create one file.
  void try_together(const std::vector<int>& views) {
    std::vector<std::size_t> group;
    for (std::size_t node = 0; mine_ && node < views.size(); ++node) {
      if (views[node] == views[*mine_]) {
        group.push_back(node);
      }
    }
    bool won = false;
    std::optional<FileDescriptor> lock;
    attempt([&] {
      if (*mine_ == group.front()) {
        lock.emplace(scratch_.of(*mine_) / "lock", O_RDWR | O_CREAT, 0666);
        result_.locks_reach = take_lock(lock->number());
      }
    });
    world_.barrier(); // the locks are held
    attempt([&] {
      const fs::path common = scratch_.of(group.front());
      const auto place = std::ranges::find(group, *mine_);
      const std::size_t next = place + 1 == group.end() ? group.front() : *(place + 1);
      require_content(scratch_.of(next) / "big", content_of(next));
      won = create_exclusively(common / "owner");
      if (*mine_ != group.front()) {
        const FileDescriptor theirs(common / "lock", O_RDWR);
        result_.locks_reach = !take_lock(theirs.number());
      }
    });
    const std::vector<std::string> winners = by_node(won ? "1" : "");
    attempt([&] {
      if (std::ranges::count_if(group, [&](std::size_t node) { return !winners[node].empty(); }) > 1) {
        throw IoError("in '{}' several nodes create one file exclusively (so that two runs could own one folder) choose another "
                      "file system",
                      scratch_.above().string());
      }
    });
  }

  void require_content(const fs::path& path, std::byte value) const {
    FileDescriptor file(path, O_RDONLY);
    std::vector<std::byte> bytes(num_bytes_ + 1);
    std::size_t count = 0;
    while (const std::size_t read = file.read(std::span(bytes).subspan(count))) {
      count += read;
    }
    bytes.pop_back();
    if (count != num_bytes_ || std::ranges::any_of(bytes, [&](std::byte byte) { return byte != value; })) {
      throw IoError("'{}' does not read as another node has written it (this file system's cache?) choose another",
                    path.string());
    }
  }

  Communicator& world_;
  Watchdog& watchdog_;
  const std::vector<Node>& nodes_;
  ScratchFolder& scratch_;
  std::optional<std::size_t> mine_; ///< the node that this rank acts for
  std::size_t num_bytes_;
  FileSystem files_;
  FolderTrial result_;
};

} // namespace

std::vector<FolderTrial> try_folder(Communicator& world, Watchdog& watchdog, const std::vector<Node>& nodes,
                                    ScratchFolder& scratch) {
  return Trial(world, watchdog, nodes, scratch).run();
}

} // namespace radforge
