#include "radforge/io/contained.hpp"

#include "radforge/core/error.hpp"

#include <catch2/catch.hpp>

#include <csignal>

using namespace radforge;

TEST_CASE("contained work hands back its text, whole") {
  CHECK(run_contained([] { return std::string(100'000, 'x'); }) == std::string(100'000, 'x'));
  CHECK(run_contained([] { return std::string(); }).empty());
}

TEST_CASE("contained work that throws hands back the message") {
  CHECK(run_contained([]() -> std::string { throw DataError("broken row"); }) == "broken row");
}

TEST_CASE("contained work that dies leaves its caller alive and tells the signal") {
  const int signal = GENERATE(SIGFPE, SIGSEGV, SIGABRT, SIGKILL);
  CHECK_THAT(run_contained([signal] {
               std::raise(signal);
               return std::string("survived");
             }),
             Catch::Contains("HDF5 dies of it"));
}
