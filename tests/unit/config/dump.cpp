#include "example.hpp"

#include <catch2/catch.hpp>

#include <limits>

using namespace radforge;

namespace {

/// Dumps, reads, dumps: both dumps, which must be equal, are compared by the caller.
std::string dump_again(const std::string& text) {
  Example config = parse_example(text);
  return dump_config(describes(config));
}

} // namespace

TEST_CASE("the dump names every key, in order") {
  Example config;
  config.parts = {{"x", 2}, {"b", 3}};
  CHECK(dump_config(describes(config)) == R"(enabled: true
steps: 10
rate: 0.5
title: plain
fit: pad
widths: [1, 2]
names: [a]
sexes: []
part:
  name: inner
  weight: 3
parts:
  - name: x
    weight: 2
  - name: b
    weight: 3
)");
}

TEST_CASE("an empty list of sections is dumped as such") {
  Example config;
  CHECK_THAT(dump_config(describes(config)), Catch::Matchers::EndsWith("parts: []\n"));
}

TEST_CASE("any text survives dump and load, and the dump is a fixed point") {
  const std::string text = GENERATE(values<std::string>({
      "",
      " ",
      "null",
      "~",
      "true",
      "yes",
      "N",
      "12",
      "1e5",
      "0x1f",
      "-",
      "- a",
      "a: b",
      "a #b",
      "# a",
      "\"",
      "\\",
      "'",
      "line\nline",
      "tab\there",
      "\n\n",
      " a ",
      "[a]",
      "{a}",
      "*a",
      "&a",
      "!a",
      "%a",
      "@a",
      "`a`",
      "|",
      ">",
      "a,b",
      "18-39",
      ".inf",
      "/a/b.c",
      "../a",
      "2024-01-01",
      "12:30:00",
      "Grüße",
      "\xf0\x9f\xab\x81",
      "a\rb",
      "\x01\x7f",
      "?",
      "{age} year old {sex}. {view} view. {findings}.",
  }));
  CAPTURE(text);
  Example config;
  config.title = text;
  config.names = {text, text};
  config.parts = {{"x" + text, 1}};
  const std::string dump = dump_config(describes(config));
  const Example again = parse_example(dump);
  CHECK(again.title == text);
  CHECK(again.names == config.names);
  CHECK(again.parts[0].name == "x" + text);
  CHECK(dump_again(dump) == dump);
}

TEST_CASE("any number survives dump and load") {
  const double rate = GENERATE(0.0, 1.0, 0.1, 1.0 / 3, 1e-5, 5e-324, 2.2250738585072014e-308, 0.00085, 0.18215, 1e-300);
  Example config;
  config.rate = rate;
  config.steps = std::numeric_limits<std::int64_t>::max();
  const std::string dump = dump_config(describes(config));
  CAPTURE(dump);
  const Example again = parse_example(dump);
  CHECK(again.rate == rate);
  CHECK(again.steps == config.steps);
  CHECK(dump_again(dump) == dump);
}
