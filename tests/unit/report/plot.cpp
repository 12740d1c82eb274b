#include "radforge/report/plot.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <cstdlib>
#include <string>

using namespace radforge;
using Catch::Matchers::Contains;

namespace {

Plot example() {
  Plot plot{.title = "it's `date` \"here\" \\ $(date)\nline", .x_label = "x_1", .y_label = "y"};
  plot.series = {{"first", {0, 1, 2}, {1, std::nan(""), 3}, {0.5, 1, 2}, {1.5, 2, 4}, Series::Style::line_and_points},
                 {"second <b>", {0, 1}, {2, 1}}};
  return plot;
}

} // namespace

TEST_CASE("a plot is drawn, and its words are taken as they are") {
  const auto svg = plot_svg(example());
  REQUIRE(svg);
  CHECK_THAT(*svg, Contains("<svg") && Contains("</svg>") && Contains("it's `date` \"here\" \\ $(date) line") && Contains("x_1"));
  CHECK_THAT(*svg, Contains("second &lt;b"));
}

TEST_CASE("categories stand on the vertical axis, from the top") {
  Plot plot{.title = "areas", .x_label = "area", .y_label = ""};
  plot.categories = {"upper", "lower"};
  plot.series = {{"site", {0.9, 0.8}, {0, 1}, {0.85, 0.7}, {0.95, 0.9}, Series::Style::points}};
  const auto svg = plot_svg(plot);
  REQUIRE(svg);
  const auto height_of = [&](const std::string& word) { // "translate(x,y)" stands before a word
    const std::size_t place = svg->rfind("translate(", svg->find(">" + word + "<"));
    const std::size_t comma = svg->find(',', place);
    return std::stod(svg->substr(comma + 1));
  };
  REQUIRE(svg->find(">upper<") != std::string::npos);
  CHECK(height_of("upper") < height_of("lower"));
}

TEST_CASE("categories are words, however long, and no formats of numbers") {
  Plot plot{.title = "areas", .x_label = "area", .y_label = ""};
  plot.categories = {"fat >50%", "a%d %s", std::string(100, 'x')};
  plot.series = {{"site", {0.9, 0.8, 0.7}, {0, 1, 2}, {}, {}, Series::Style::points}};
  const auto svg = plot_svg(plot);
  REQUIRE(svg);
  CHECK_THAT(*svg, Contains("fat >50%<") && Contains("a%d %s<") && Contains(std::string(100, 'x')));
  CHECK(svg->size() > 3000); // where no room is left, gnuplot draws an empty frame
}

TEST_CASE("numbers that are all the same, or none, are no error") {
  Plot plot{.title = "flat", .x_label = "x", .y_label = "y"};
  plot.series = {{"", {1}, {5}}};
  CHECK(plot_svg(plot));
  plot.series = {{"", {std::nan("")}, {std::nan("")}, {}, {}, Series::Style::points}, {"some", {1, 2}, {5, 5}}};
  CHECK(plot_svg(plot));
}

TEST_CASE("without gnuplot there is no plot") {
  const std::string path = ::getenv("PATH");
  ::setenv("PATH", "/nowhere:", 1);
  const auto svg = plot_svg(example());
  ::setenv("PATH", path.c_str(), 1);
  CHECK_FALSE(svg);
}
