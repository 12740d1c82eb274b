#include "radforge/run/run_dir.hpp"

#include "mpi_world.hpp"
#include "radforge/comm/agreement.hpp"
#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"
#include "radforge/run/metric_log.hpp"
#include "radforge/run/run_record.hpp"
#include "shared_folder.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <fstream>

using namespace radforge;

TEST_CASE("all ranks own the folder in one epoch, and it is released once") {
  Communicator& world = test_world();
  const SharedFolder shared(world);
  for (const std::int64_t epoch : {1, 2}) {
    const RunDir dir(shared.path() / "run", world, Log());
    CHECK(dir.epoch() == epoch);
    CHECK_NOTHROW(dir.check_ownership());
    dir.write_config("a: 1\n");
    CHECK(read_file(dir.path() / "config.yaml") == "a: 1\n");
    world.barrier();
  }
}

TEST_CASE("all ranks are refused together") {
  Communicator& world = test_world();
  const SharedFolder shared(world);
  const RunDir dir(shared.path(), world, Log());
  try {
    const RunDir second(shared.path(), world, Log());
    FAIL("two runs own one folder");
  } catch (const OwnedError& error) {
    CHECK(error.agreed() == (world.size() > 1));
    CHECK_THAT(error.what(), Catch::Contains("belongs to another run (pid "));
  }
  world.barrier();
}

TEST_CASE("every rank sees that the folder was taken over") {
  Communicator& world = test_world();
  const SharedFolder shared(world);
  const RunDir dir(shared.path(), world, Log());
  if (world.rank() == 0) {
    std::ofstream(shared.path() / "owner-2.json") << R"({"epoch": 2, "host": "far-away", "pid": 5})";
  }
  world.barrier();
  CHECK_THROWS_AS(dir.check_ownership(), OwnedError);
  CHECK_THROWS_AS(dir.write_config("a: 1\n"), OwnedError);
  world.barrier();
}

TEST_CASE("a folder that rank 0 alone can see is refused by all") {
  Communicator& world = test_world();
  if (world.size() == 1) {
    return;
  }
  const SharedFolder shared(world);
  const auto path = world.rank() == world.size() - 1 ? shared.path() / "elsewhere" : shared.path() / "run";
  CHECK_THROWS_AS(RunDir(path, world, Log()), IoError);
  CHECK_THROWS_WITH(RunDir(path, world, Log()),
                    Catch::StartsWith("rank " + std::to_string(world.size() - 1)) && Catch::Contains("shared file system"));
}

TEST_CASE("the record counts the ranks of each host") {
  Communicator& world = test_world();
  const SharedFolder shared(world);
  const RunDir dir(shared.path(), world, Log());
  const RunRecord record(dir, world, {"radforge train", "abc", 1, {}});
  record.finish(ExitCode::ok, "done");
  world.barrier();
  const auto start = nlohmann::json::parse(read_file(shared.path() / "run.json")).at("starts").at(0);
  CHECK(start.at("num_ranks") == world.size());
  CHECK(start.at("hosts").front() == world.size());
  CHECK(start.at("exit_code") == 0);
  world.barrier();
}

TEST_CASE("rank 0 alone writes metrics") {
  Communicator& world = test_world();
  const SharedFolder shared(world);
  MetricLog log(shared.path(), world.rank());
  log.write(1, {{"rank", static_cast<double>(world.rank())}});
  world.barrier();
  CHECK(read_file(shared.path() / "metrics.jsonl") == "{\"step\":1,\"rank\":0.0}\n");
}
