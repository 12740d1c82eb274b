#include "example.hpp"

#include <catch2/catch.hpp>

using namespace radforge;
using Catch::Matchers::Contains;
using Catch::Matchers::Equals;

TEST_CASE("overrides win over the file, the last one over the others") {
  const Example config = parse_example("steps: 7\nparts: [{name: x}, {name: y}]\n",
                                       {"steps=8", "steps=9", "part.weight=4", "parts.1.name=z", "parts.1.weight=5",
                                        "widths=[7, 8]", "sexes=[]", "title=one two", "names=['a, b']", "rate=1e-2"});
  CHECK(config.steps == 9);
  CHECK(config.part.weight == 4);
  CHECK(config.parts[0].name == "x");
  CHECK(config.parts[1].name == "z");
  CHECK(config.parts[1].weight == 5);
  CHECK(config.widths == std::vector<std::int64_t>{7, 8});
  CHECK(config.title == "one two");
  CHECK(config.names == std::vector<std::string>{"a, b"});
  CHECK(config.rate == 1e-2);
}

TEST_CASE("an override reaches a section that the file leaves out or leaves empty") {
  CHECK(parse_example("", {"part.weight=4"}).part.weight == 4);
  CHECK(parse_example("part:\n", {"part.weight=4"}).part.weight == 4);
}

TEST_CASE("a value may hold '=' and, in quotes, be empty or look like another type") {
  CHECK(parse_example("", {"title='a=b: {c}'"}).title == "a=b: {c}");
  CHECK(parse_example("", {"title=a=b"}).title == "a=b");
  CHECK(parse_example("", {"title=''"}).title.empty());
  CHECK(parse_example("", {"title='null'"}).title == "null");
}

TEST_CASE("an override repairs a wrong value of the file") { CHECK(parse_example("steps: x\n", {"steps=2"}).steps == 2); }

TEST_CASE("a wrong override is an error that names it") {
  const auto [text, message] = GENERATE(table<std::string, std::string>({
      {"steps", "not an override"},
      {"=5", "not an override"},
      {"", "not an override"},
      {"part..weight=5", "not an override"},
      {".steps=5", "not an override"},
      {"steps=0", "--set steps=0: steps is 0 (allowed: at least 1) change it"},
      {"steps=", "steps has no value"},
      {"steps=[1", "the value cannot be read"},
      {"title={age} years", "the value cannot be read"},
      {"title=a: b", "the value has keys"},
      {"part={weight: 2}", "the value has keys"},
      {"widths=[[1]]", "a list within a list"},
      {"stepz=5", "unknown key \"stepz\" (the configuration has no such setting) did you mean \"steps\"?"},
      {"part.wieght=5", "unknown key \"part.wieght\" (part has no such setting) did you mean \"weight\"?"},
      {"steps.more=5", "\"steps\" is a value"},
      {"parts.2.name=x", "\"parts\" has no item 2 (it has 1)"},
      {"parts.first.name=x", "\"first\" is not the number of an item"},
      {"parts.-1.name=x", "\"-1\" is not the number of an item"},
      {"parts.99999999999999999999.name=x", "is not the number of an item"},
      {"title=\xff", "the value cannot be read"},
  }));
  CAPTURE(text);
  CHECK_THAT(example_error("steps: 5\nparts: [{name: x}]\n", {text}), Contains(message) && Contains("--set " + text));
}

TEST_CASE("an override into a list that the file does not write out says that a list is needed") {
  CHECK_THAT(example_error("", {"widths.0=5"}), Equals("--set widths.0=5: widths is not a list (found keys) write it as [a, b]"));
}
