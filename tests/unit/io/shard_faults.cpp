// What a full disk and a killed process leave behind. Each case runs a child process, because a limit on file sizes, a file
// system of its own and a death are not to be had otherwise.
#include "radforge/core/error.hpp"
#include "radforge/core/failure.hpp"
#include "radforge/core/hash.hpp"
#include "radforge/io/shard_reader.hpp"
#include "radforge/io/shard_writer.hpp"

#include "helpers.hpp"
#include "shard_samples.hpp"
#include "temp_folder.hpp"

#include <chrono>
#include <csignal>
#include <random>
#include <thread>

#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace radforge;

namespace {

namespace fs = std::filesystem;

constexpr int cannot_mount = 100;

/// Runs `action` in a child and gives its exit code: that of the error it throws, 0 if none, -1 if it died of a signal.
template <class Action>
int exit_code_of(Action&& action) {
  const pid_t child = fork();
  if (child == 0) {
    int code = 0;
    try {
      code = action();
    } catch (const Error& error) {
      code = static_cast<int>(error.code());
    } catch (...) {
      code = 99;
    }
    // exit, not _exit: HDF5 ends its business at exit, and must not crash or write then.
    std::exit(code);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

DatasetSchema large_schema() { return {64, 64, 1, {"a", "b"}}; }

std::size_t num_files(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

} // namespace

TEST_CASE("shard_faults: no room at any point of writing ends with exit code 4, no new file, and the old shard whole") {
  const TempFolder folder;
  const fs::path path = folder / "shard-00000.h5";
  const ShardSummary whole = write_sample_shard(folder / "whole.h5", 0, 40, large_schema());
  fs::remove(folder / "whole.h5");
  const ShardSummary old = write_sample_shard(path, 0, 3, large_schema());
  const auto size = static_cast<rlim_t>(whole.num_bytes);
  // Limits at the start, while images come (3 of them), and among the metadata that closing writes.
  for (const rlim_t limit :
       {rlim_t{0}, rlim_t{100}, rlim_t{2000}, size / 4, size / 2, size * 3 / 4, size - 6000, size - 2000, size - 600, size - 1}) {
    INFO("limit " << limit << " of " << size);
    const int code = exit_code_of([&] {
      std::signal(SIGXFSZ, SIG_IGN);
      const rlimit small{limit, limit};
      setrlimit(RLIMIT_FSIZE, &small);
      write_sample_shard(path, 0, 40, large_schema());
      return 0;
    });
    CHECK(code == 4);
    CHECK(num_files(folder.path()) == 1);
    CHECK(digest_file(path) == old.file_digest);
  }
  CHECK(write_sample_shard(path, 0, 40, large_schema()).file_digest == whole.file_digest);
}

TEST_CASE("shard_faults: a full file system ends with exit code 4, and what was published stays whole") {
  const TempFolder folder;
  const auto fill = [&] {
    if (unshare(CLONE_NEWNS | (geteuid() == 0 ? 0 : CLONE_NEWUSER)) != 0 ||
        mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        mount("tmpfs", folder.path().c_str(), "tmpfs", 0, "size=1m") != 0) {
      return cannot_mount;
    }
    std::vector<ShardSummary> published;
    int code = 0;
    try {
      for (std::int64_t k = 0; k < 100; ++k) {
        published.push_back(write_sample_shard(folder / ShardWriter::file_name(k), 40 * k, 40, large_schema()));
      }
    } catch (const IoError& error) {
      code = static_cast<int>(error.code());
    }
    const bool whole = std::all_of(published.begin(), published.end(),
                                   [&](const ShardSummary& shard) { return summarize_shard(folder / shard.file) == shard; });
    return whole && !published.empty() && num_files(folder.path()) == published.size() ? code : 99;
  };
  const int code = exit_code_of(fill);
  if (code == cannot_mount) {
    WARN("skipped: this process may not mount a file system");
    return;
  }
  CHECK(code == 4);
}

TEST_CASE("shard_faults: after kill -9 at any moment every published shard is whole") {
  std::mt19937 random(20240501);
  for (int repeat = 0; repeat < 3; ++repeat) {
    const TempFolder folder;
    const TempFolder expected;
    const pid_t child = fork();
    if (child == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      for (std::int64_t k = 0;; ++k) {
        write_sample_shard(folder / ShardWriter::file_name(k), 20 * k, 20);
      }
    }
    while (!fs::exists(folder / ShardWriter::file_name(0))) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 200'000));
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    std::int64_t published = 0;
    for (; fs::exists(folder / ShardWriter::file_name(published)); ++published) {
      const std::string name = ShardWriter::file_name(published);
      const ShardSummary again = write_sample_shard(expected / name, 20 * published, 20);
      CHECK(summarize_shard(folder / name) == again);
    }
    CHECK(published > 0);
    CHECK(num_files(folder.path()) <= static_cast<std::size_t>(published) + 1);
    // The same command again: the shard that was cut short is written as if nothing had been. Its first part stays until the next
    // owner of the folder removes it.
    const std::size_t before = num_files(folder.path());
    const std::string next = ShardWriter::file_name(published);
    CHECK(write_sample_shard(folder / next, 20 * published, 20) == write_sample_shard(expected / next, 20 * published, 20));
    CHECK(num_files(folder.path()) == before + 1);
  }
}

TEST_CASE("shard_faults: what is read while its writer is killed is right, or refused, and soon") {
  const auto begin = std::chrono::steady_clock::now();
  bool are_right = true;
  std::size_t num_right = 0;
  std::size_t num_refused = 0;
  for (int repeat = 0; repeat < 3; ++repeat) {
    const TempFolder folder;
    const pid_t child = fork();
    if (child == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      for (std::int64_t k = 0;; ++k) {
        write_sample_shard(folder / ShardWriter::file_name(k), 40 * k, 40, large_schema());
      }
    }
    const auto look = [&] {
      for (const auto& entry : fs::directory_iterator(folder.path())) { // shards, and what is to become one
        try {
          const ShardReader reader(entry.path());
          std::vector<std::uint8_t> pixels(large_schema().num_bytes());
          for (std::int64_t row = 0; row < reader.num_rows(); ++row) {
            reader.values(row, pixels);
            are_right = are_right && pixels == sample_record(reader.first_id() + row, large_schema()).pixels;
          }
          ++num_right;
        } catch (const std::exception&) {
          const ExitCode code = current_failure().code;
          CHECK((code == ExitCode::data || code == ExitCode::io));
          CHECK(entry.path().extension() != ".h5");
          ++num_refused;
        }
      }
    };
    while (num_files(folder.path()) < 3) {
      look();
    }
    kill(child, SIGKILL);
    look();
    waitpid(child, nullptr, 0);
    // The end of a file that a killed process was writing, at every length that it can have had.
    const std::string whole = read_file(folder / ShardWriter::file_name(0));
    for (std::size_t size = 0; size < whole.size(); size += whole.size() / 20) {
      put(folder / "shard-00000.h5.partial", whole.substr(0, size));
      CHECK_THROWS_AS(ShardReader(folder / "shard-00000.h5.partial"), DataError);
    }
    look();
  }
  CHECK(are_right);
  CHECK(num_right > 0);
  CHECK(num_refused > 0);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(20));
}

TEST_CASE("shard_faults: reading a shard with any flipped byte is an error or a shard, never the end of the process") {
  const TempFolder folder;
  write_sample_shard(folder / "s.h5", 0, 3);
  const std::string content = read_file(folder / "s.h5");
  std::size_t num_refused = 0;
  for (std::size_t at = 0; at < content.size(); at += 3) {
    std::string damaged = content;
    damaged[at] = static_cast<char>(damaged[at] ^ 0xFF);
    try {
      const ShardReader reader(put(folder / "d.h5", damaged));
      std::vector<std::uint8_t> pixels(16 * 12);
      for (std::int64_t row = 0; row < reader.num_rows(); ++row) {
        reader.values(row, pixels);
        REQUIRE(pixels == sample_record(row).pixels);
      }
    } catch (const DataError&) {
      ++num_refused;
    }
  }
  // What is left is room between the parts of the file.
  CHECK(num_refused > content.size() / 3 / 2);
}
