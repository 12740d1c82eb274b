#include "../../../src/data/python_list.hpp"

#include <catch2/catch.hpp>

using namespace radforge;

TEST_CASE("lists as Python writes them") {
  using List = std::vector<std::string>;
  CHECK(parse_python_list("['normal']") == List{"normal"});
  CHECK(parse_python_list(" [ 'a' , \"b's\",'c, d' ,'e]' ] ") == List{"a", "b's", "c, d", "e]"});
  CHECK(parse_python_list("[]") == List{});
  CHECK(parse_python_list("['', ' a ']") == List{"", " a "});
  CHECK(parse_python_list("['a', nan, None, 'b',]") == List{"a", "b"});
  CHECK(parse_python_list(R"(['it\'s', "\"", '\\'])") == List{"it's", "\"", "\\"});
}

TEST_CASE("what is no list of strings is refused") {
  for (const char* text : {"", "nan", "normal", "['a'", "['a]", "'a'", "['a' 'b']", "['a'] x", "[a]", "[,]", "[1]", "['a',,'b']",
                           "[['a']]", "['\\n']", "['\\", "["}) {
    CAPTURE(text);
    CHECK_FALSE(parse_python_list(text).has_value());
  }
}
