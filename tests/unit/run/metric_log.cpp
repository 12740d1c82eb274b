#include "radforge/run/metric_log.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"
#include "temp_folder.hpp"

#include <catch2/catch.hpp>

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <fstream>
#include <limits>

namespace {
thread_local std::vector<std::string>* flushed = nullptr;
} // namespace

// Stands in for the C library's function in this program, to see what is flushed.
extern "C" int fsync(int file) {
  if (flushed != nullptr) {
    flushed->push_back(std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(file)).filename().string());
  }
  return static_cast<int>(::syscall(SYS_fsync, file));
}

using namespace radforge;

namespace {

void write_three_steps(const TempFolder& folder) {
  MetricLog log(folder.path(), 0);
  for (const std::int64_t step : {10, 20, 30}) {
    log.write(step, {{"loss", 1.0 / static_cast<double>(step)}});
    log.write_timing(step, {{"images_per_s", 12.5}});
  }
}

/// Files of this process may not grow above `bytes`, as if the disk were full.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(std::size_t bytes) : former_handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &former_);
    rlimit limit = former_;
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &former_);
    std::signal(SIGXFSZ, former_handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  void (*former_handler_)(int);
  rlimit former_ = {};
};

void append(const std::filesystem::path& path, const std::string& text) { std::ofstream(path, std::ios::app) << text; }

const std::string kTwoLines = "{\"step\":10,\"loss\":0.1}\n{\"step\":20,\"loss\":0.05}\n";

} // namespace

TEST_CASE("a line is a JSON object with step and values in order") {
  const TempFolder folder;
  MetricLog log(folder.path(), 0);
  log.write(0, {{"loss", 0.1}, {"accuracy", 1}, {"name \"quoted\"", 1e-7}});
  log.write(5, {});
  CHECK(read_file(folder / "metrics.jsonl") ==
        "{\"step\":0,\"loss\":0.1,\"accuracy\":1.0,\"name \\\"quoted\\\"\":1e-07}\n{\"step\":5}\n");
  CHECK(read_file(folder / "timing.jsonl").empty());
  log.write_timing(3, {{"seconds", 2.5}});
  CHECK(read_file(folder / "timing.jsonl") == "{\"step\":3,\"seconds\":2.5}\n");
}

TEST_CASE("what is no number is null") {
  const TempFolder folder;
  MetricLog log(folder.path(), 0);
  log.write(1, {{"a", std::nan("")}, {"b", std::numeric_limits<double>::infinity()}});
  CHECK(read_file(folder / "metrics.jsonl") == "{\"step\":1,\"a\":null,\"b\":null}\n");
}

TEST_CASE("a number comes back with all its bits") {
  const TempFolder folder;
  MetricLog log(folder.path(), 0);
  log.write(1, {{"x", 0.1 + 0.2}});
  CHECK(read_file(folder / "metrics.jsonl") == "{\"step\":1,\"x\":0.30000000000000004}\n");
}

TEST_CASE("steps grow") {
  const TempFolder folder;
  MetricLog log(folder.path(), 0);
  log.write(10, {});
  CHECK_THROWS_AS(log.write(10, {}), InternalError);
  CHECK_THROWS_AS(log.write(9, {}), InternalError);
  CHECK_NOTHROW(log.write_timing(9, {}));
  log.write(11, {});
  CHECK(read_file(folder / "metrics.jsonl") == "{\"step\":10}\n{\"step\":11}\n");
}

TEST_CASE("a resumed run goes on after its checkpoint's step") {
  const TempFolder folder;
  write_three_steps(folder);
  MetricLog log(folder.path(), 0);
  log.resume_from(20);
  CHECK(read_file(folder / "metrics.jsonl") == kTwoLines);
  CHECK(read_file(folder / "timing.jsonl") == "{\"step\":10,\"images_per_s\":12.5}\n{\"step\":20,\"images_per_s\":12.5}\n");
  CHECK_THROWS_AS(log.write(20, {}), InternalError);
  log.write(30, {{"loss", 0.5}});
  CHECK(read_file(folder / "metrics.jsonl") == kTwoLines + "{\"step\":30,\"loss\":0.5}\n");
}

TEST_CASE("a checkpoint between two lines") {
  const TempFolder folder;
  write_three_steps(folder);
  MetricLog log(folder.path(), 0);
  log.resume_from(25);
  CHECK(read_file(folder / "metrics.jsonl") == kTwoLines);
  log.write(26, {});
}

TEST_CASE("a run from the start drops all") {
  const TempFolder folder;
  {
    MetricLog log(folder.path(), 0);
    log.write(0, {});
    log.write_timing(0, {});
  }
  MetricLog log(folder.path(), 0);
  log.resume_from(MetricLog::kFromStart);
  CHECK(read_file(folder / "metrics.jsonl").empty());
  CHECK(read_file(folder / "timing.jsonl").empty());
  log.write(0, {});
}

TEST_CASE("what a kill tore off is cut away") {
  const std::string damage = GENERATE(as<std::string>(), "{\"step\":40,\"lo", "{\"step\":40}", "nonsense\n", "{\"loss\":1}\n",
                                      "{\"step\":\"x\"}\n", "{\"step\":30}\n", "[1]\n", std::string("\0\0\0\n", 4));
  const TempFolder folder;
  write_three_steps(folder);
  const auto whole = read_file(folder / "metrics.jsonl");
  append(folder / "metrics.jsonl", damage);
  MetricLog log(folder.path(), 0);
  CHECK(read_file(folder / "metrics.jsonl") == whole);
  log.write(40, {});
  CHECK(read_file(folder / "metrics.jsonl") == whole + "{\"step\":40}\n");
}

TEST_CASE("other ranks write nothing") {
  const TempFolder folder;
  MetricLog log(folder.path(), 1);
  log.resume_from(3);
  log.write(1, {{"loss", 1}});
  log.write_timing(1, {{"seconds", 1}});
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("all files are flushed to the disk, on rank 0") {
  const TempFolder folder;
  MetricLog log(folder.path(), 0);
  log.write(1, {{"loss", 1}});
  std::vector<std::string> names;
  flushed = &names;
  log.sync();
  MetricLog(folder.path(), 1).sync();
  flushed = nullptr;
  CHECK(names == std::vector<std::string>{"metrics.jsonl", "timing.jsonl", "events.out.tfevents.000001.radforge"});
}

TEST_CASE("a folder that is not there is an I/O error with the path") {
  const TempFolder folder;
  CHECK_THROWS_AS(MetricLog(folder / "missing", 0), IoError);
  CHECK_THROWS_WITH(MetricLog(folder / "missing", 0), Catch::Contains("metrics.jsonl") && Catch::Contains("No such file"));
}

TEST_CASE("a line that finds no room is an I/O error and leaves no half") {
  const TempFolder folder;
  write_three_steps(folder);
  const auto whole = read_file(folder / "metrics.jsonl");
  MetricLog log(folder.path(), 0);
  {
    const FileSizeLimit limit(whole.size() + 10);
    CHECK_THROWS_AS(log.write(40, {{"loss", 0.25}}), IoError);
  }
  CHECK(read_file(folder / "metrics.jsonl") == whole);
  log.write(40, {{"loss", 0.25}});
  CHECK(read_file(folder / "metrics.jsonl") == whole + "{\"step\":40,\"loss\":0.25}\n");
}
