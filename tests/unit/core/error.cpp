#include "radforge/core/error.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace radforge;
using Catch::Matchers::Contains;

TEST_CASE("typed errors carry their exit code and a formatted message") {
  CHECK(ConfigError("x").code() == ExitCode::usage);
  CHECK(DataError("x").code() == ExitCode::data);
  CHECK(IoError("x").code() == ExitCode::io);
  CHECK(CommunicationError("x").code() == ExitCode::communication);
  CHECK(DivergenceError("x").code() == ExitCode::divergence);
  CHECK(InternalError("x").code() == ExitCode::internal);
  CHECK(OwnedError("x").code() == ExitCode::owned);
  CHECK(StoppedError("x").code() == ExitCode::stopped);
  CHECK(std::string(DataError("row {} of '{}'", 3, "a.csv").what()) == "row 3 of 'a.csv'");
}

TEST_CASE("exit codes are the numbers that batch scripts branch on") {
  const auto number = [](ExitCode code) { return static_cast<int>(code); };
  CHECK(number(ExitCode::ok) == 0);
  CHECK(number(ExitCode::usage) == 2);
  CHECK(number(ExitCode::data) == 3);
  CHECK(number(ExitCode::io) == 4);
  CHECK(number(ExitCode::communication) == 5);
  CHECK(number(ExitCode::divergence) == 6);
  CHECK(number(ExitCode::internal) == 70);
  CHECK(number(ExitCode::owned) == 73);
  CHECK(number(ExitCode::stopped) == 75);
  CHECK(number(ExitCode::unhealthy) == 78);
  CHECK(number(ExitCode::chain_ended) == 79);
}

TEST_CASE("a message without arguments is taken as it is") {
  CHECK(std::string(IoError("braces {} stay").what()) == "braces {} stay");
}

TEST_CASE("an error is agreed only when it was marked") {
  IoError error("x");
  CHECK_FALSE(error.agreed());
  CHECK(error.set_agreed().agreed());
  CHECK(error.agreed());
}

TEST_CASE("require names the caller's place and what was expected") {
  CHECK_NOTHROW(require(true, "nothing"));
  const int line = __LINE__ + 1;
  CHECK_THROWS_WITH(require(false, "a positive size"),
                    Contains("expected: a positive size") && Contains("error.cpp:" + std::to_string(line)));
  CHECK_THROWS_AS(require(false, "a positive size"), InternalError);
}
