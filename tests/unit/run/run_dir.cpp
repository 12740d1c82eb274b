#include "radforge/run/run_dir.hpp"

#include "../../../src/run/owner_record.hpp"
#include "environment.hpp"
#include "radforge/core/atomic_file.hpp"
#include "radforge/core/clock.hpp"
#include "radforge/core/error.hpp"
#include "temp_folder.hpp"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <thread>

using namespace radforge;
using namespace std::chrono_literals;

namespace {

class Fixture {
 public:
  std::unique_ptr<RunDir> open(std::chrono::milliseconds lease = 60s) {
    return std::make_unique<RunDir>(path(), *self_, Log(), RunDirOptions{lease});
  }
  std::filesystem::path path() const { return folder_ / "runs/a"; }

  /// An owner as another process would have left it.
  void leave_owner(const OwnerRecord& record) {
    std::filesystem::create_directories(path());
    REQUIRE(create_record(path(), record));
  }
  OwnerRecord foreign_owner(std::int64_t epoch = 7) const {
    OwnerRecord record;
    record.epoch = epoch;
    record.process = this_process();
    record.process.host = "far-away";
    record.since = "2026-01-01T00:00:00Z";
    return record;
  }

 private:
  TempFolder folder_;
  std::unique_ptr<Communicator> self_ = make_self_communicator();
};

} // namespace

TEST_CASE_METHOD(Fixture, "a new folder is made and owned, with epoch 1") {
  const auto dir = open();
  CHECK(dir->path() == path());
  CHECK(dir->epoch() == 1);
  CHECK_NOTHROW(dir->check_ownership());
  const auto owner = latest_owner(path());
  REQUIRE(owner);
  CHECK(owner->process.pid == getpid());
  CHECK(owner->lease_ms == 60000);
  CHECK_FALSE(owner->released);
}

TEST_CASE_METHOD(Fixture, "a folder that is owned is refused, and the owner named") {
  const auto dir = open();
  CHECK_THROWS_AS(open(), OwnedError);
  const auto since = latest_owner(path())->since;
  CHECK_THROWS_WITH(open(), Catch::Contains(path().string()) && Catch::Contains("pid " + std::to_string(getpid())) &&
                                Catch::Contains("since " + since) && Catch::Contains("--output"));
  CHECK_NOTHROW(dir->check_ownership());
  CHECK(dir->epoch() == 1);
}

TEST_CASE_METHOD(Fixture, "a released folder is free, with the next epoch") {
  for (const std::int64_t epoch : {1, 2, 3}) {
    CHECK(open()->epoch() == epoch);
  }
  CHECK(latest_owner(path())->released);
  CHECK_FALSE(std::filesystem::exists(owner_file(path(), 2)));
}

TEST_CASE_METHOD(Fixture, "an owner of this machine whose process is gone is replaced at once") {
  auto gone = foreign_owner();
  gone.process = this_process();
  --gone.process.start_ticks;
  leave_owner(gone);
  const Stopwatch watch;
  CHECK(open()->epoch() == 8);
  CHECK(watch.seconds() < 20);
}

TEST_CASE_METHOD(Fixture, "a process that is gone does not matter while somebody holds the lock") {
  auto gone = foreign_owner();
  gone.process = this_process();
  --gone.process.start_ticks;
  leave_owner(gone);
  const int other = ::open((path() / "owner.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  REQUIRE(flock(other, LOCK_EX) == 0);
  CHECK_THROWS_AS(open(100ms), OwnedError);
  CHECK_THROWS_WITH(open(100ms), Catch::Contains("locked by another process"));
  close(other);
  CHECK(open(100ms)->epoch() == 8);
}

TEST_CASE_METHOD(Fixture, "a silent owner elsewhere is replaced after the lease, and not before") {
  leave_owner(foreign_owner());
  const Stopwatch watch;
  const auto dir = open(300ms);
  CHECK(watch.seconds() >= 0.3);
  CHECK(dir->epoch() == 8);
}

TEST_CASE_METHOD(Fixture, "a stop request ends the wait for a lease") {
  leave_owner(foreign_owner());
  const StopRequest stop;
  std::raise(SIGUSR1);
  const auto self = make_self_communicator();
  CHECK_THROWS_AS(RunDir(path(), *self, Log(), {.stop = &stop}), StoppedError);
  CHECK(latest_owner(path())->epoch == 7);
}

TEST_CASE_METHOD(Fixture, "the longer lease counts, the owner's or ours") {
  auto owner = foreign_owner();
  owner.lease_ms = 400;
  leave_owner(owner);
  const Stopwatch watch;
  open(50ms);
  CHECK(watch.seconds() >= 0.4);
}

TEST_CASE_METHOD(Fixture, "an owner elsewhere that gives a sign of life is refused and named") {
  auto owner = foreign_owner();
  owner.process.job_id = "99";
  leave_owner(owner);
  std::jthread beats([&](const std::stop_token& stop) {
    auto record = owner;
    while (!stop.stop_requested()) {
      ++record.heartbeat;
      update_record(path(), record);
      std::this_thread::sleep_for(20ms);
    }
  });
  CHECK_THROWS_AS(open(30s), OwnedError);
  CHECK_THROWS_WITH(open(30s), Catch::Contains("host far-away, Slurm job 99, since 2026-01-01T00:00:00Z"));
}

TEST_CASE_METHOD(Fixture, "a job that was requeued replaces its earlier start at once, on whatever host") {
  const ScopedVariable job("SLURM_JOB_ID", "99");
  auto owner = foreign_owner();
  owner.process.job_id = "99";
  owner.process.restart_count = 0;
  leave_owner(owner);
  SECTION("after a requeue") {
    const ScopedVariable restarts("SLURM_RESTART_COUNT", "1");
    const Stopwatch watch;
    CHECK(open()->epoch() == 8);
    CHECK(watch.seconds() < 20);
  }
  SECTION("without one, it is the lease that counts: two steps of a job") {
    const ScopedVariable restarts("SLURM_RESTART_COUNT", std::nullopt);
    const Stopwatch watch;
    open(300ms);
    CHECK(watch.seconds() >= 0.3);
  }
}

TEST_CASE_METHOD(Fixture, "the heartbeat goes on while the folder is owned") {
  const auto dir = open(80ms);
  const Stopwatch watch;
  while (latest_owner(path())->heartbeat < 3 && watch.seconds() < 10) {
    std::this_thread::sleep_for(5ms);
  }
  CHECK(latest_owner(path())->heartbeat >= 3);
}

TEST_CASE_METHOD(Fixture, "a run that lost its folder is told, and does not disturb the new owner") {
  auto dir = open(80ms);
  leave_owner(foreign_owner(2));
  CHECK_THROWS_AS(dir->check_ownership(), OwnedError);
  CHECK_THROWS_WITH(dir->check_ownership(),
                    Catch::Contains("taken over") && Catch::Contains("far-away") && Catch::Contains("epoch 2"));
  CHECK_THROWS_AS(dir->write_config("a: 1\n"), OwnedError);
  CHECK_FALSE(std::filesystem::exists(path() / "config.yaml"));
  std::this_thread::sleep_for(100ms);
  dir.reset();
  const auto owner = latest_owner(path());
  REQUIRE(owner);
  CHECK(owner->epoch == 2);
  CHECK(owner->heartbeat == 0);
  CHECK_FALSE(owner->released);
}

TEST_CASE_METHOD(Fixture, "a run whose owner file was removed is told") {
  auto dir = open(80ms);
  std::filesystem::remove(owner_file(path(), 1));
  CHECK_THROWS_WITH(dir->check_ownership(), Catch::Contains("was removed"));
  std::this_thread::sleep_for(100ms);
  dir.reset();
  CHECK_FALSE(latest_owner(path()));
}

TEST_CASE_METHOD(Fixture, "what a killed run left half written goes with the next owner, and nothing else does") {
  const std::vector<std::string> left = {".owner-n01-7-7", "..owner-n01-7-7.tmp-n01-7-0", ".run.json.tmp-n01-7-0",
                                         "pipeline.tmp-1", "shard-00001.h5.partial-n01-7-0"};
  const std::vector<std::string> others = {"run.json", "shard-00001.h5", "notes.tmp", "owner.lock"};
  std::filesystem::create_directories(path() / "pipeline.tmp-1/unet");
  std::filesystem::create_directories(path() / "checkpoints/step-1.tmp-9");
  const auto put_all = [&](const std::vector<std::string>& names) {
    for (const auto& name : names) {
      if (!std::filesystem::exists(path() / name)) {
        std::ofstream(path() / name) << "x";
      }
    }
  };
  put_all(left);
  put_all(others);
  open();
  for (const auto& name : left) { // it was no run's folder before
    CHECK(std::filesystem::exists(path() / name));
  }
  open();
  for (const auto& name : left) {
    INFO(name);
    CHECK_FALSE(std::filesystem::exists(path() / name));
  }
  for (const auto& name : others) {
    INFO(name);
    CHECK(std::filesystem::exists(path() / name));
  }
  CHECK(std::filesystem::exists(path() / "checkpoints/step-1.tmp-9"));
}

TEST_CASE_METHOD(Fixture, "a claim that another process was quicker to make is none, also when it removed our temporary file") {
  leave_owner(foreign_owner(3));
  OwnerRecord late = foreign_owner(3);
  late.process.host = "n02/gone"; // its temporary file cannot be made
  CHECK_FALSE(create_record(path(), late));
  late.epoch = 4;
  CHECK_THROWS_AS(create_record(path(), late), IoError);
  CHECK(latest_owner(path())->process.host == "far-away");
}

TEST_CASE_METHOD(Fixture, "of many that start together one wins") {
  std::atomic<int> owned{0};
  std::atomic<int> refused{0};
  std::vector<std::unique_ptr<RunDir>> dirs(8);
  {
    std::vector<std::jthread> threads;
    for (auto& dir : dirs) {
      threads.emplace_back([&] {
        try {
          dir = open();
          ++owned;
        } catch (const OwnedError&) {
          ++refused;
        }
      });
    }
  }
  CHECK(owned == 1);
  CHECK(refused == 7);
}

TEST_CASE_METHOD(Fixture, "of many that wait for the same lease one wins") {
  leave_owner(foreign_owner());
  std::atomic<int> owned{0};
  std::vector<std::unique_ptr<RunDir>> dirs(4);
  {
    std::vector<std::jthread> threads;
    for (auto& dir : dirs) {
      threads.emplace_back([&] {
        try {
          dir = open(200ms);
          ++owned;
        } catch (const OwnedError&) {
        }
      });
    }
  }
  CHECK(owned == 1);
  CHECK(latest_epoch(path()) == 8);
}

TEST_CASE_METHOD(Fixture, "an owner file that is none is a data error with its name") {
  std::filesystem::create_directories(path());
  const std::string text =
      GENERATE(as<std::string>(), "", "{", "[]", "{\"epoch\": 1}", "{\"host\": 3, \"pid\": \"x\", \"epoch\": 1}");
  std::ofstream(owner_file(path(), 1)) << text;
  CHECK_THROWS_AS(open(), DataError);
  CHECK_THROWS_WITH(open(), Catch::Contains("owner-1.json") && Catch::Contains("delete it"));
}

TEST_CASE_METHOD(Fixture, "an owner file that leads nowhere is an I/O error") {
  std::filesystem::create_directories(path());
  const std::string target = GENERATE("missing.json", "owner-5.json");
  std::filesystem::create_symlink(target, owner_file(path(), 5));
  CHECK_THROWS_AS(open(), IoError);
  CHECK_THROWS_WITH(open(), Catch::Contains("owner-5.json"));
}

TEST_CASE_METHOD(Fixture, "the heartbeat outlives a folder that cannot be read for a while") {
  auto dir = open(80ms);
  const auto obstacle = owner_file(path(), 2);
  std::filesystem::create_symlink(obstacle.filename(), obstacle);
  std::this_thread::sleep_for(100ms);
  SECTION("and goes on") {
    std::filesystem::remove(obstacle);
    const auto before = latest_owner(path())->heartbeat;
    const Stopwatch watch;
    while (latest_owner(path())->heartbeat == before && watch.seconds() < 10) {
      std::this_thread::sleep_for(5ms);
    }
    CHECK(latest_owner(path())->heartbeat > before);
  }
  SECTION("and the owner leaves in peace") {
    CHECK_NOTHROW(dir.reset());
    CHECK_THROWS_AS(latest_owner(path()), IoError);
  }
}

TEST_CASE_METHOD(Fixture, "other files do not look like owners") {
  std::filesystem::create_directories(path());
  for (const char* name : {"owner-.json", "owner-x.json", "owner-5.json.old", "owner-5x.json", "my-owner-5.json",
                           "owner-007.json", "owner--5.json"}) {
    std::ofstream(path() / name) << "{}";
  }
  CHECK(open()->epoch() == 1);
}

TEST_CASE_METHOD(Fixture, "a folder that cannot be made is an I/O error") {
  std::ofstream(path().parent_path().parent_path() / "runs") << "a file";
  CHECK_THROWS_AS(open(), IoError);
  CHECK_THROWS_WITH(open(), Catch::Contains(path().string()) && Catch::Contains("--output"));
}

TEST_CASE_METHOD(Fixture, "the configuration is written as it is") {
  const auto dir = open();
  dir->write_config("a: 1\n");
  CHECK(read_file(path() / "config.yaml") == "a: 1\n");
  dir->write_config("a: 2\n");
  CHECK(read_file(path() / "config.yaml") == "a: 2\n");
}
