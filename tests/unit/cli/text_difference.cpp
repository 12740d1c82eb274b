#include "../../../src/cli/text_difference.hpp"

#include <catch2/catch.hpp>

using namespace radforge;

TEST_CASE("the first lines that differ are shown, also where one text ends") {
  CHECK(first_difference("a\nb\nc\n", "a\nx\nc\n") == "\"b\" there, \"x\" now");
  CHECK(first_difference("a\nb\n", "a\n") == "\"b\" there, \"\" now");
  CHECK(first_difference("a\n", "a\nb\n") == "\"\" there, \"b\" now");
  CHECK(first_difference("a\n", "a") == "\"\" there, \"\" now");
}
