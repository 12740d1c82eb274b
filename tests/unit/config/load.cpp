#include "radforge/config/load.hpp"

#include "example.hpp"
#include "temp_folder.hpp"

#include <catch2/catch.hpp>

#include <fstream>

using namespace radforge;
using Catch::Matchers::Contains;
using Catch::Matchers::Equals;

TEST_CASE("a configuration is read into its struct, absent keys keep their defaults") {
  const Example config = parse_example("steps: 7\nrate: 1e-3\nenabled: false\ntitle: \"a: b\"\nwidths: [3, 4, 5]\nsexes: [F]\n"
                                       "part: {weight: 2}\nparts:\n  - name: x\n  - {name: y, weight: 9}\n");
  CHECK(config.steps == 7);
  CHECK(config.rate == 1e-3);
  CHECK_FALSE(config.enabled);
  CHECK(config.title == "a: b");
  CHECK(config.widths == std::vector<std::int64_t>{3, 4, 5});
  CHECK(config.sexes == std::vector<std::string>{"F"});
  CHECK(config.names == std::vector<std::string>{"a"});
  CHECK(config.part.name == "inner");
  CHECK(config.part.weight == 2);
  REQUIRE(config.parts.size() == 2);
  CHECK(config.parts[0].name == "x");
  CHECK(config.parts[0].weight == 1);
  CHECK(config.parts[1].weight == 9);
}

TEST_CASE("an empty file gives the defaults") {
  CHECK(parse_example("").steps == 10);
  CHECK(parse_example("# only a comment\n").steps == 10);
  CHECK(parse_example("---\n").steps == 10);
}

TEST_CASE("all errors are reported at once, in the order of the file") {
  CHECK_THAT(example_error("rate: 2\nstepz: 5\nenabled: maybe\nsteps: 3\nsteps: 4\nwidths: [1, 0, x]\ntitle:\n"),
             Equals("x.yaml:1:7: rate is 2 (allowed: 0 to 1) change it\n"
                    "x.yaml:2:1: unknown key \"stepz\" (the configuration has no such setting) did you mean \"steps\"?\n"
                    "x.yaml:3:10: enabled is not a truth value (found \"maybe\") write it as true or false\n"
                    "x.yaml:5:1: duplicate key \"steps\" (first at x.yaml:4:1) remove one\n"
                    "x.yaml:6:13: widths.1 is 0 (allowed: 1 to 100) change it\n"
                    "x.yaml:6:16: widths.2 is not an integer (found \"x\") write it as digits, such as 12\n"
                    "x.yaml:7:1: title has no value (null is not allowed) give it one, or remove the key"));
}

TEST_CASE("an error in a section or list names the whole path and its place") {
  CHECK_THAT(example_error("part:\n  wieght: 2\n"), Equals("x.yaml:2:3: unknown key \"part.wieght\" (part has no such setting) "
                                                           "did you mean \"weight\"?"));
  CHECK_THAT(example_error("parts:\n  - name: a\n  - name: b\n    weight: 10\n"),
             Equals("x.yaml:4:13: parts.1.weight is 10 (allowed: 1 to 9) change it"));
  CHECK_THAT(example_error("parts:\n  - name: a\n  - weight: 2\n"),
             Equals("x.yaml:3:5: parts.1: name is missing (parts have names) give it one"));
  CHECK_THAT(example_error("part: 3\n"), Equals("x.yaml:1:7: part is a section (found \"3\") write its keys below it"));
  CHECK_THAT(example_error("parts: {name: x}\n"), Contains("x.yaml:1:8: parts is a list of sections (found keys)"));
  CHECK_THAT(example_error("parts: [x]\n"), Contains("x.yaml:1:9: parts.0 is a section (found \"x\")"));
  CHECK_THAT(example_error("part:\n"), Contains("x.yaml:1:1: part has no value (null is not allowed)"));
}

TEST_CASE("an unknown key far from all others lists what there is") {
  CHECK_THAT(example_error("part: {something_else: 1}"), Contains("known are name, weight"));
}

TEST_CASE("a rule over fields is checked when its fields could be read") {
  CHECK_THAT(example_error("steps: 13"), Equals("x.yaml:1:1: steps is 13 (unlucky) change it"));
  CHECK_THAT(example_error("steps: 13\nrate: 5"), Equals("x.yaml:2:7: rate is 5 (allowed: 0 to 1) change it"));
}

TEST_CASE("values of the wrong type are refused") {
  const auto [text, message] = GENERATE(table<std::string, std::string>({
      {"enabled: yes", "not a truth value"},
      {"enabled: on", "not a truth value"},
      {"enabled: True", "not a truth value"},
      {"enabled: \"true\"", "in quotes"},
      {"enabled: 1", "not a truth value"},
      {"steps: 1.5", "not an integer"},
      {"steps: 1e3", "not an integer"},
      {"steps: 0x10", "not an integer"},
      {"steps: 1_000", "not an integer"},
      {"steps: +1", "not an integer"},
      {"steps: 010", "leading zero"},
      {"steps: '5'", "in quotes"},
      {"steps: [5]", "found a list"},
      {"steps: 9223372036854775808", "64 bits"},
      {"steps: -99999999999999999999", "64 bits"},
      {"steps: 0", "allowed: at least 1"},
      {"rate: .nan", "not a number"},
      {"rate: nan", "finite"},
      {"rate: inf", "finite"},
      {"rate: 1e999", "finite"},
      {"rate: -0.1", "allowed: 0 to 1"},
      {"rate: 0,5", "not a number"},
      {"rate: {a: 1}", "found keys"},
      {"title: [a]", "not text (found a list)"},
      {"fit: padd", "did you mean \"pad\"?"},
      {"widths: 3", "not a list"},
      {"names: abc", "not a list"},
      {"names: [[a]]", "names.0 is not text"},
      {"sexes: [M, X]", "sexes.1 is \"X\" (not one of the choices)"},
  }));
  CAPTURE(text);
  CHECK_THAT(example_error(text), Contains(message) && Contains("x.yaml:1:"));
}

TEST_CASE("what is not one plain YAML document of text is refused with its place") {
  const auto [text, message] = GENERATE(table<std::string, std::string>({
      {"steps: &a 5\n", "x.yaml:1:8: an anchor"},
      {"part: &a {weight: 2}\n", "an anchor"},
      {"widths: &a [1]\n", "an anchor"},
      {"names: [&a b, *a]\n", "an anchor"},
      {"steps: *a\n", "x.yaml:1:8"},
      {"steps: !!int 5\n", "x.yaml:1:8: the tag"},
      {"part: !x {weight: 2}\n", "the tag"},
      {"steps: 5\n---\nsteps: 6\n", "x.yaml:3:1: a second document"},
      {"? [a]\n: 5\n", "a key that is a list"},
      {"~: 5\n", "a key that is nothing"},
      {"- 5\n", "x.yaml:1:1: not a configuration (found a list)"},
      {"just words\n", "not a configuration"},
      {"steps: [1\n", "not valid YAML"},
      {"steps: 5\n rate: 1\n", "x.yaml:2:"},
      {"a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: 1}}}}}}}}}}}}}}}}}\n", "nested too deep"},
      {"title: \"\xff\"\n", "x.yaml:1:9: not a text file (byte 0xff"},
      {"steps: 1\ntitle: \xc3\x28\n", "x.yaml:2:8: not a text file"},
      {"title: \xed\xa0\x80\n", "not a text file"},
      {"title: \xf5\x80\x80\x80\n", "not a text file"},
      {std::string("title: a\0b\n", 11), "not a text file (byte 0x00"},
      {"title: a\x04 b\n", "not a text file"},
      {"title: \xe2\x82", "not a text file"},
  }));
  CAPTURE(text);
  CHECK_THAT(example_error(text), Contains(message));
}

TEST_CASE("deep nesting and many aliases cannot exhaust the machine") {
  CHECK_THAT(example_error("widths: " + std::string(100'000, '[')), Contains("nested too deep"));
  CHECK_THAT(example_error("a: &a [1,1]\nb: &b [*a,*a]\nc: &c [*b,*b]\n"), Contains("an anchor"));
}

TEST_CASE("text of any language and line ends of any system are read") {
  CHECK(parse_example("title: Grüße \xe2\x82\xac \xf0\x9f\xab\x81\r\nsteps: 5\r\n").title ==
        "Grüße \xe2\x82\xac \xf0\x9f\xab\x81");
  CHECK(parse_example("\xef\xbb\xbfsteps: 5\n").steps == 5);
}

TEST_CASE("a missing, unreadable or wrong file is a configuration error that names it") {
  const TempFolder folder;
  Example config;
  CHECK_THAT(error_of<ConfigError>([&] { load_config(folder / "none.yaml", {}, describes(config)); }), Contains("none.yaml"));
  CHECK_THAT(error_of<ConfigError>([&] { load_config(folder.path(), {}, describes(config)); }), Contains(folder.path().string()));
  std::ofstream(folder / "a.yaml") << "steps: 0\n";
  CHECK_THAT(error_of<ConfigError>([&] { load_config(folder / "a.yaml", {}, describes(config)); }),
             Contains((folder / "a.yaml").string() + ":1:8: steps is 0"));
  load_config(folder / "a.yaml", {"steps=3"}, describes(config));
  CHECK(config.steps == 3);
}

TEST_CASE("one key can be looked at before the rest is read") {
  const TempFolder folder;
  std::ofstream(folder / "a.yaml") << "title: words\nunheard_of: 5\npart: {weight: 2}\n";
  CHECK(peek_config(folder / "a.yaml", {}, "title") == "words");
  CHECK(peek_config(folder / "a.yaml", {"title=other"}, "title") == "other");
  CHECK(peek_config(folder / "a.yaml", {}, "fit").empty());
  CHECK(peek_config(folder / "a.yaml", {}, "part").empty());
  CHECK_THROWS_AS(peek_config(folder / "none.yaml", {}, "title"), ConfigError);
}
