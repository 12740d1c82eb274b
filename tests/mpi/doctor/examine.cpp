#include "radforge/doctor/doctor.hpp"

#include "mpi_world.hpp"
#include "radforge/comm/agreement.hpp"
#include "temp_folder.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace radforge;

TEST_CASE("all ranks come to the same diagnosis") {
  Communicator& world = test_world();
  const TempFolder own;
  const std::string folder = broadcast(world, own.path().string());
  const Diagnosis diagnosis = examine(world, Log(), {.folder = folder, .versions = {{"radforge", "0.1.0"}}});
  CHECK(diagnosis.verdict() == ExitCode::ok);
  REQUIRE(diagnosis.nodes.size() == 1);
  CHECK(diagnosis.nodes[0].ranks.size() == static_cast<std::size_t>(world.size()));
  require_equal(world, diagnosis_json(diagnosis), "diagnosis");
  world.barrier(); // rank 0's folder is everybody's
}

TEST_CASE("a rank of another version is found out") {
  Communicator& world = test_world();
  const TempFolder own;
  const std::string folder = broadcast(world, own.path().string());
  const std::string version = world.size() > 1 && world.rank() == world.size() - 1 ? "0.0.9" : "0.1.0";
  const Diagnosis diagnosis = examine(world, Log(), {.folder = folder, .versions = {{"radforge", version}}});
  const auto finding = std::ranges::find(diagnosis.findings, "versions", &Finding::check);
  REQUIRE(finding != diagnosis.findings.end());
  CHECK((finding->grade == Grade::bad) == (world.size() > 1));
  CHECK((diagnosis.verdict() == ExitCode::unhealthy) == (world.size() > 1));
  world.barrier();
}
