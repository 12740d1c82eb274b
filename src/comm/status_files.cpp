#include "status_files.hpp"

#include "radforge/comm/agreement.hpp"
#include "radforge/core/error.hpp"
#include "radforge/core/hash.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string_view>

namespace radforge {

namespace {
constexpr std::chrono::milliseconds kPublishEvery{400};
constexpr std::chrono::milliseconds kBetweenLooks{1200};
} // namespace

struct StatusFiles::Record {
  std::uint64_t run = 0;
  std::int64_t written_ns = 0; ///< by the clock of the rank's node
  std::int32_t rank = 0;
  std::int32_t process_state = 0;
  double phase_s = 0;
  double silent_s = 0;
  RankState state;
  std::uint64_t hash = 0; ///< of all before it

  std::uint64_t expected_hash() const { return hash64({reinterpret_cast<const char*>(this), offsetof(Record, hash)}); }
};

StatusFiles::StatusFiles(Communicator& world, const WatchBoard& board, std::filesystem::path folder)
    : board_(board), folder_(std::move(folder)), rank_(world.rank()), num_ranks_(world.size()) {
  const auto now = std::chrono::system_clock::now().time_since_epoch().count();
  run_ = hash64(broadcast(world, fmt::format("{} {} {}", host_name(), getpid(), now)));
  agree(world, [&] {
    file_.emplace(path_of(rank_), O_RDWR | O_CREAT | O_TRUNC, 0666);
    publish();
  });
  thread_ = std::jthread([this](const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    while (!stop.stop_requested()) {
      publish();
      wake.wait_for(lock, stop, kPublishEvery, [] { return false; });
    }
  });
}

StatusFiles::~StatusFiles() {
  thread_ = {};
  std::error_code ignored;
  std::filesystem::remove(path_of(rank_), ignored);
}

std::filesystem::path StatusFiles::path_of(int rank) const { return folder_ / fmt::format("watchdog-rank-{}.status", rank); }

void StatusFiles::publish() const {
  std::vector<Record> records;
  for (const int rank : board_.ranks()) {
    const RankView view = board_.look_at(rank);
    Record record{run_, now_ns(), rank, view.process_state, view.phase_s, view.silent_s, view.state, 0};
    record.hash = record.expected_hash();
    records.push_back(record);
  }
  // What could not be written is written the next time.
  [[maybe_unused]] const ssize_t written = pwrite(file_->number(), records.data(), records.size() * sizeof(Record), 0);
}

std::vector<std::optional<StatusFiles::Record>> StatusFiles::read_all() const {
  std::vector<std::optional<Record>> newest(static_cast<std::size_t>(num_ranks_));
  for (int writer = 0; writer < num_ranks_; ++writer) {
    if (board_.holds(writer)) {
      continue;
    }
    try {
      const FileDescriptor file(path_of(writer), O_RDONLY);
      Record record;
      const auto bytes = std::as_writable_bytes(std::span(&record, 1));
      for (std::uint64_t at = 0; file.read_at(bytes, at) == sizeof(Record); at += sizeof(Record)) {
        if (record.run != run_ || record.hash != record.expected_hash()) {
          continue;
        }
        auto& known = newest.at(static_cast<std::size_t>(record.rank));
        if (!known || known->written_ns < record.written_ns) {
          known = record;
        }
      }
    } catch (const IoError&) { // its neighbours may have written about it
    }
  }
  return newest;
}

void StatusFiles::fill_in(std::vector<RankView>& ranks) const {
  const auto before = read_all();
  std::this_thread::sleep_for(kBetweenLooks);
  const auto after = read_all();
  for (RankView& view : ranks) {
    const auto& record = after[static_cast<std::size_t>(view.rank)];
    if (view.known || !record) {
      continue;
    }
    const auto& former = before[static_cast<std::size_t>(view.rank)];
    const bool frozen = former && former->written_ns == record->written_ns;
    const double gap_s = frozen ? std::chrono::duration<double>(kBetweenLooks).count() : 0;
    view.known = true;
    view.state = record->state;
    view.phase_s = record->phase_s + gap_s;
    view.silent_s = record->silent_s + gap_s;
    view.process_state = static_cast<char>(record->process_state);
    if (record->state.last.sequence != 0) {
      view.recent = {record->state.last};
    }
  }
}

} // namespace radforge
