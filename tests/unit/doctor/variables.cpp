#include "../../../src/doctor/variables.hpp"

#include <catch2/catch.hpp>

#include <array>

using namespace radforge;
using Catch::Matchers::Contains;

namespace {

Machine machine_with(std::vector<std::string> interfaces) {
  Machine machine;
  machine.interfaces = std::move(interfaces);
  return machine;
}

/// The one problem of one variable, "" without.
std::string problem(const std::string& name, const std::string& value) {
  const auto problems = variable_problems({{name, value}}, machine_with({"eth0", "ib0", "lo"}));
  REQUIRE(problems.size() <= 1);
  return problems.empty() ? "" : problems[0];
}

} // namespace

TEST_CASE("what the libraries of communication read is picked from the environment") {
  const std::array<const char*, 5> environment{"HOME=/home", "NCCL_DEBUG=WARN", "OMP_NUM_THREADS=4", "NCCLX=1", nullptr};
  CHECK(variables_of_interest(environment.data()) == Variables{{"NCCL_DEBUG", "WARN"}, {"OMP_NUM_THREADS", "4"}});
}

TEST_CASE("values outside the documented ranges are found") {
  CHECK_THAT(problem("NCCL_IB_TIMEOUT", "50"), Contains("outside 1 to 31"));
  CHECK_THAT(problem("NCCL_IB_TIMEOUT", "many"), Contains("outside 1 to 31"));
  CHECK_THAT(problem("NCCL_IB_RETRY_CNT", "10"), Contains("outside 0 to 7"));
  CHECK_THAT(problem("OMP_NUM_THREADS", "0"), Contains("outside 1 to"));
  CHECK(problem("NCCL_IB_TIMEOUT", "22").empty());
  CHECK(problem("OMP_NUM_THREADS", "4,2").empty());
  CHECK_THAT(problem("HDF5_USE_FILE_LOCKING", "no"), Contains("none of TRUE, FALSE and BEST_EFFORT"));
  CHECK(problem("HDF5_USE_FILE_LOCKING", "FALSE").empty());
  CHECK(problem("HDF5_USE_FILE_LOCKING", "0").empty());
  CHECK_THAT(problem("CUDA_VISIBLE_DEVICES", "0,1,0"), Contains("twice"));
  CHECK(problem("CUDA_VISIBLE_DEVICES", "0,1").empty());
}

TEST_CASE("switches for looking for errors are told of") {
  CHECK_THAT(problem("NCCL_DEBUG", "TRACE"), Contains("every call"));
  CHECK(problem("NCCL_DEBUG", "WARN").empty());
  CHECK_THAT(problem("CUDA_LAUNCH_BLOCKING", "1"), Contains("every kernel"));
  CHECK(problem("CUDA_LAUNCH_BLOCKING", "0").empty());
}

TEST_CASE("names that nobody reads are told of, with the one that was meant") {
  CHECK_THAT(problem("NCCL_IB_RETRY_COUNT", "7"), Contains("did you mean NCCL_IB_RETRY_CNT?"));
  CHECK_THAT(problem("TORCH_NCCL_BLOCKING_WAIT", "1"), Contains("no effect"));
  CHECK_THAT(problem("NCCL_ASYNC_ERROR_HANDLING", "1"), Contains("no effect"));
  CHECK(problem("NCCL_SOMETHING_OF_A_LATER_VERSION", "1").empty());
}

TEST_CASE("interfaces are looked for as NCCL does") {
  CHECK(problem("NCCL_SOCKET_IFNAME", "ib").empty());
  CHECK(problem("NCCL_SOCKET_IFNAME", "=ib0").empty());
  CHECK_THAT(problem("NCCL_SOCKET_IFNAME", "=ib"), Contains("no network interface here (there are eth0, ib0, lo)"));
  CHECK_THAT(problem("NCCL_SOCKET_IFNAME", "ens"), Contains("no network interface here"));
  CHECK(problem("NCCL_SOCKET_IFNAME", "^docker").empty());
  CHECK_THAT(problem("GLOO_SOCKET_IFNAME", "ib"), Contains("no network interface here"));
}
