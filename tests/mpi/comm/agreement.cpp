#include "radforge/comm/agreement.hpp"

#include "mpi_world.hpp"
#include "radforge/core/error.hpp"

#include <catch2/catch.hpp>

#include <filesystem>

using namespace radforge;

namespace {

/// What `agree` throws on this rank when the ranks from `first` on fail, each in its own way.
template <class Expected>
Expected error_when_failing_from(int first) {
  Communicator& world = test_world();
  try {
    agree(world, [&] {
      if (world.rank() >= first) {
        throw Expected(fmt::format("trouble {}", world.rank()));
      }
    });
  } catch (const Expected& error) {
    return error;
  }
  throw std::logic_error("nothing was thrown");
}

} // namespace

TEST_CASE("nothing happens when all ranks pass") {
  int calls = 0;
  agree(test_world(), [&] { ++calls; });
  CHECK(calls == 1);
}

TEMPLATE_TEST_CASE("all ranks throw the lowest failing rank's error", "", ConfigError, DataError, IoError, CommunicationError,
                   DivergenceError, InternalError, OwnedError, StoppedError) {
  Communicator& world = test_world();
  for (int first = 0; first < world.size(); ++first) {
    const auto error = error_when_failing_from<TestType>(first);
    if (world.size() > 1) {
      CHECK(std::string(error.what()) == fmt::format("rank {}: trouble {}", first, first));
      CHECK(error.agreed());
    } else {
      CHECK(std::string(error.what()) == "trouble 0");
    }
  }
}

TEST_CASE("codes without a type of their own, and exceptions of others") {
  Communicator& world = test_world();
  if (world.size() == 1) {
    return;
  }
  const int last = world.size() - 1;
  try {
    agree(world, [&] {
      if (world.rank() == last) {
        throw Error(ExitCode::unhealthy, "node x is sick");
      }
    });
    FAIL("nothing was thrown");
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::unhealthy);
  }
  const auto throw_on_last = [&](auto thrown) {
    agree(world, [&] {
      if (world.rank() == last) {
        throw thrown;
      }
    });
  };
  CHECK_THROWS_WITH(throw_on_last(std::runtime_error("odd")), fmt::format("rank {}: odd", last));
  CHECK_THROWS_AS(throw_on_last(std::runtime_error("odd")), InternalError);
  CHECK_THROWS_AS(throw_on_last(1), InternalError);
  const std::filesystem::filesystem_error unreadable("x", "a/b", std::make_error_code(std::errc::io_error));
  CHECK_THROWS_AS(throw_on_last(unreadable), IoError);
  CHECK_THROWS_WITH(throw_on_last(unreadable),
                    fmt::format("rank {}: cannot use 'a/b' (Input/output error) check the file system", last));
}

TEST_CASE("an agreement in an agreement names the rank once") {
  Communicator& world = test_world();
  if (world.size() == 1) {
    return;
  }
  CHECK_THROWS_WITH(agree(world,
                          [&] {
                            agree(world, [&] {
                              if (world.rank() == 1) {
                                throw DataError("trouble");
                              }
                            });
                          }),
                    "rank 1: trouble");
  CHECK_THROWS_WITH(agree(world,
                          [&] {
                            if (world.rank() == 1) {
                              throw DataError("rank 7 is a word of the text");
                            }
                          }),
                    "rank 1: rank 7 is a word of the text");
}

TEST_CASE("texts travel whole") {
  Communicator& world = test_world();
  for (int root = 0; root < world.size(); ++root) {
    const std::string text = fmt::format("from {} {}", root, std::string(static_cast<std::size_t>(root) * 1000, 'x'));
    CHECK(broadcast(world, world.rank() == root ? text : "other", root) == text);
  }
  CHECK(broadcast(world, world.rank() == 0 ? "" : "other").empty());
  const std::string with_zero("a\0b", 3);
  CHECK(broadcast(world, with_zero) == with_zero);
}

TEST_CASE("texts of all ranks, of any length") {
  Communicator& world = test_world();
  const auto text_of = [](int rank) { return std::string(static_cast<std::size_t>(rank * rank), static_cast<char>('a' + rank)); };
  const auto texts = all_gather(world, text_of(world.rank()));
  REQUIRE(texts.size() == static_cast<std::size_t>(world.size()));
  for (int r = 0; r < world.size(); ++r) {
    CHECK(texts[static_cast<std::size_t>(r)] == text_of(r));
  }
  for (const auto& text : all_gather(world, "")) {
    CHECK(text.empty());
  }
}

TEST_CASE("numbers of all ranks") {
  Communicator& world = test_world();
  const std::int64_t base = std::int64_t{1} << 40;
  CHECK(all_max(world, base + world.rank()) == base + world.size() - 1);
  CHECK(all_sum(world, base + world.rank()) == base * world.size() + world.size() * (world.size() - 1) / 2);
}

TEST_CASE("different configurations are found, with rank and line") {
  Communicator& world = test_world();
  CHECK_NOTHROW(require_equal(world, "a: 1\nb: 2\n", "configuration"));
  if (world.size() == 1) {
    return;
  }
  const std::string text = world.rank() == 1 ? "a: 1\nb: 3\n" : "a: 1\nb: 2\n";
  CHECK_THROWS_AS(require_equal(world, text, "configuration"), ConfigError);
  CHECK_THROWS_WITH(require_equal(world, text, "configuration"),
                    Catch::StartsWith("rank 1: the configuration differs") && Catch::Contains("line 2: 'b: 3' against 'b: 2'"));
  CHECK_THROWS_WITH(require_equal(world, world.rank() == 1 ? "a\nb" : "a\n", "list"), Catch::Contains("line 2: 'b' against ''"));
  CHECK_THROWS_WITH(require_equal(world, world.rank() == 1 ? "a" : "a\n", "list"), Catch::Contains("differs"));
}
