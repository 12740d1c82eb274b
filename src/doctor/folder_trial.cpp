#include "folder_trial.hpp"

#include "radforge/comm/agreement.hpp"
#include "radforge/core/atomic_file.hpp"
#include "radforge/core/clock.hpp"
#include "radforge/core/failure.hpp"
#include "radforge/core/file_descriptor.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <optional>
#include <thread>

namespace radforge {

namespace fs = std::filesystem;

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(FreeRoom, bytes, files)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(FolderTrial, problem, sees_others, locks_reach, write_mb_s, sync_ms, room)

namespace {

constexpr std::size_t big_file = 16 << 20;
constexpr int num_small_files = 9;
constexpr double patience_s = 10; ///< network file systems show a new name to other machines after a while

/// The trial as one rank goes through it. Only the first rank of a node does something; the others are there for the messages.
class Trial {
 public:
  Trial(Communicator& world, const std::vector<Node>& nodes, const fs::path& folder)
      : world_(world), nodes_(nodes), folder_(folder) {
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      if (nodes[i].ranks.front() == world.rank()) {
        mine_ = i;
      }
    }
    name_ = broadcast(world, fmt::format("doctor.tmp-{}-{}", ::getpid(), static_cast<std::int64_t>(seconds_since_1970())));
  }

  std::vector<FolderTrial> run() {
    attempt([&] { write(); });
    const std::vector<std::size_t> group = largest_group(seen_by_all());
    if (mine_ && result_.problem.empty() && std::ranges::find(group, *mine_) == group.end()) {
      result_.sees_others = false;
      result_.problem = fmt::format("'{}' is not the folder that {} sees (a disk of its own, or one that is not mounted)",
                                    folder_.string(), nodes_[group.front()].name);
    }
    try_together(group);
    std::vector<FolderTrial> results;
    for (const std::string& text :
         by_node(nlohmann::json(result_).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace))) {
      results.push_back(nlohmann::json::parse(text).get<FolderTrial>());
    }
    if (mine_) {
      std::error_code ignored;
      fs::remove_all(place_of(*mine_), ignored);
    }
    return results;
  }

 private:
  fs::path place_of(std::size_t node) const { return folder_ / fmt::format("{}-{}", name_, node); }

  template <class Action>
  void attempt(const Action& action) {
    if (!mine_ || !result_.problem.empty()) {
      return;
    }
    try {
      action();
    } catch (...) {
      result_.problem = current_failure().text;
    }
  }

  void write() {
    fs::create_directories(folder_);
    const fs::path place = place_of(*mine_);
    files_.make_folder(place);
    const std::vector<std::byte> bytes(big_file, static_cast<std::byte>(*mine_ % 251 + 1)); // each node's own
    const Stopwatch time;
    publish(place / "big", bytes);
    result_.write_mb_s = big_file / 1e6 / time.seconds();
    std::vector<double> seconds;
    for (int i = 0; i < num_small_files; ++i) {
      const Stopwatch small_time;
      publish(place / fmt::format("small-{}", i), std::span(bytes).first(1));
      seconds.push_back(small_time.seconds());
    }
    std::ranges::nth_element(seconds, seconds.begin() + num_small_files / 2);
    result_.sync_ms = 1e3 * seconds[num_small_files / 2];
    files_.remove_file(place / "small-0");
    result_.room = files_.free_room(folder_);
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

  // Of every node the nodes whose folders it sees, as a word of 0 and 1; "" of one that could not make its own.
  std::vector<std::string> seen_by_all() {
    const std::vector<std::string> written = by_node(mine_ && result_.problem.empty() ? "yes" : "");
    std::string seen;
    attempt([&] {
      const Stopwatch time;
      do {
        seen.clear();
        for (std::size_t node = 0; node < nodes_.size(); ++node) {
          std::error_code ignored;
          seen += !written[node].empty() && fs::exists(place_of(node) / "big", ignored) ? '1' : '0';
        }
        if (std::ranges::count(seen, '1') == std::ranges::count(written, "yes")) {
          break;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
      } while (time.seconds() < patience_s);
    });
    return by_node(seen);
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

  // Nodes that see the same files work in the same folder. Of groups of one size the one with the first node.
  static std::vector<std::size_t> largest_group(const std::vector<std::string>& seen) {
    std::vector<std::size_t> best;
    for (const std::string& word : seen) {
      std::vector<std::size_t> group;
      for (std::size_t node = 0; node < seen.size() && !word.empty(); ++node) {
        if (seen[node] == word) {
          group.push_back(node);
        }
      }
      if (group.size() > best.size()) {
        best = group;
      }
    }
    return best.empty() ? std::vector<std::size_t>{0} : best;
  }

  void try_together(const std::vector<std::size_t>& group) {
    const bool takes_part = mine_ && std::ranges::find(group, *mine_) != group.end();
    const fs::path common = place_of(group.front());
    bool won = false;
    std::optional<FileDescriptor> lock;
    attempt([&] {
      if (takes_part && *mine_ == group.front()) {
        lock.emplace(common / "lock", O_RDWR | O_CREAT, 0666);
        result_.locks_reach = take_lock(lock->number());
      }
    });
    world_.barrier(); // the lock is held
    attempt([&] {
      if (!takes_part) {
        return;
      }
      const std::size_t next =
          group[(static_cast<std::size_t>(std::ranges::find(group, *mine_) - group.begin()) + 1) % group.size()];
      require_content(place_of(next) / "big", static_cast<std::byte>(next % 251 + 1));
      won = create_exclusively(common / "owner");
      if (*mine_ != group.front()) {
        const FileDescriptor theirs(common / "lock", O_RDWR);
        result_.locks_reach = !take_lock(theirs.number());
      }
    });
    if (all_sum(world_, won ? 1 : 0) > 1) {
      attempt([&] {
        throw IoError("in '{}' several nodes create one file exclusively, so that two runs could own one folder",
                      folder_.string());
      });
    }
    world_.barrier(); // nobody needs the files any more
  }

  static void require_content(const fs::path& path, std::byte value) {
    FileDescriptor file(path, O_RDONLY);
    std::vector<std::byte> bytes(big_file);
    std::size_t count = 0;
    while (const std::size_t read = file.read(std::span(bytes).subspan(count))) {
      count += read;
    }
    if (count != big_file || std::ranges::any_of(bytes, [&](std::byte byte) { return byte != value; })) {
      throw IoError("'{}' does not read as another node has written it", path.string());
    }
  }

  static bool create_exclusively(const fs::path& path) {
    try {
      const FileDescriptor file(path, O_WRONLY | O_CREAT | O_EXCL, 0666);
      return true;
    } catch (const IoError&) {
      return false;
    }
  }

  // HDF5 and other programs lock files so; radforge itself does not depend on it.
  static bool take_lock(int file) {
    struct flock whole = {};
    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    return ::fcntl(file, F_SETLK, &whole) == 0;
  }

  Communicator& world_;
  const std::vector<Node>& nodes_;
  fs::path folder_;
  std::string name_;
  std::optional<std::size_t> mine_; ///< the node that this rank acts for
  FileSystem files_;
  FolderTrial result_;
};

} // namespace

std::vector<FolderTrial> try_folder(Communicator& world, const std::vector<Node>& nodes, const fs::path& folder) {
  return Trial(world, nodes, folder).run();
}

} // namespace radforge
