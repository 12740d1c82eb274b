#include "radforge/comm/mpi_session.hpp"

#include "../../../src/comm/launcher.hpp"
#include "environment.hpp"

#include <catch2/catch.hpp>

#include <deque>
#include <utility>
#include <vector>

using namespace radforge;

namespace {

using Variables = std::vector<std::pair<const char*, const char*>>;

/// An environment without a launcher, then with the variables given.
class LauncherEnvironment {
 public:
  explicit LauncherEnvironment(const Variables& variables) {
    for (const char* name : {"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK", "PMI_SIZE", "SLURM_PROCID",
                             "SLURM_STEP_ID", "SLURM_STEPID", "SLURM_STEP_NUM_TASKS"}) {
      scopes_.emplace_back(name, std::nullopt);
    }
    for (const auto& [name, value] : variables) {
      scopes_.emplace_back(name, value);
    }
  }
  // Later settings are undone first.
  ~LauncherEnvironment() {
    while (!scopes_.empty()) {
      scopes_.pop_back();
    }
  }

 private:
  std::deque<ScopedVariable> scopes_;
};

} // namespace

TEST_CASE("without a launcher the world is this process") {
  const LauncherEnvironment environment(Variables{});
  int argc = 0;
  char** argv = nullptr;
  MpiSession session(argc, argv);
  CHECK(session.world()->size() == 1);
  CHECK(MpiSession::launcher_rank() == 0);
  CHECK_FALSE(find_launcher());
}

TEST_CASE("a launcher is known by its environment") {
  SECTION("Open MPI") {
    const LauncherEnvironment environment(Variables{{"OMPI_COMM_WORLD_RANK", "2"}, {"OMPI_COMM_WORLD_SIZE", "4"}});
    CHECK(MpiSession::launcher_rank() == 2);
    CHECK(find_launcher()->size == 4);
  }
  SECTION("PMI") {
    const LauncherEnvironment environment(Variables{{"PMI_RANK", "5"}, {"PMI_SIZE", "8"}});
    CHECK(MpiSession::launcher_rank() == 5);
    CHECK(find_launcher()->size == 8);
  }
  SECTION("srun with PMIx") {
    const LauncherEnvironment environment(Variables{{"PMIX_RANK", "3"}, {"SLURM_STEP_ID", "0"}, {"SLURM_STEP_NUM_TASKS", "6"}});
    CHECK(MpiSession::launcher_rank() == 3);
    CHECK(find_launcher()->size == 6);
  }
  SECTION("srun alone") {
    const LauncherEnvironment environment(
        Variables{{"SLURM_PROCID", "1"}, {"SLURM_STEP_ID", "0"}, {"SLURM_STEP_NUM_TASKS", "2"}});
    CHECK(MpiSession::launcher_rank() == 1);
    CHECK(find_launcher()->size == 2);
  }
}

TEST_CASE("a Slurm batch script is no launcher") {
  const LauncherEnvironment environment(Variables{{"SLURM_PROCID", "0"}});
  int argc = 0;
  char** argv = nullptr;
  MpiSession session(argc, argv);
  CHECK(session.world()->size() == 1);
}

TEST_CASE("a rank that is no number is no launcher") {
  for (const char* text : {"", "x", "-1", "3x", "99999999999"}) {
    const LauncherEnvironment environment(Variables{{"PMI_RANK", text}});
    CHECK(MpiSession::launcher_rank() == 0);
    CHECK_FALSE(find_launcher());
  }
}
