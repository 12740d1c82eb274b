#include "radforge/report/plot.hpp"

#include "plot_process.hpp"

#include "radforge/core/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace radforge {

namespace {

// Told apart without red and green (Okabe and Ito 2008), and by dashes and marks.
constexpr std::array colours{"#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000", "#7F7F7F"};

/// A gnuplot text, taken as it is.
std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) {
    result += c == '\'' ? "''" : static_cast<unsigned char>(c) < ' ' ? std::string(" ") : std::string(1, c);
  }
  return result + "'";
}

std::string number(double value) { return std::isfinite(value) ? fmt::format("{}", value) : "NaN"; }

std::string data_block(const Plot& plot, std::size_t index) {
  const Series& series = plot.series[index];
  std::string text = fmt::format("$s{} << END\n", index);
  // Side by side, where series share a category.
  const double spread = plot.categories.empty() ? 0 : 0.7 / static_cast<double>(plot.series.size());
  const double shift = spread * (static_cast<double>(index) - static_cast<double>(plot.series.size() - 1) / 2);
  for (std::size_t i = 0; i < series.x.size(); ++i) {
    text += number(series.x[i]) + " " + number(series.y[i] + shift);
    text += series.low.empty() ? "\n" : fmt::format(" {} {}\n", number(series.low[i]), number(series.high[i]));
  }
  return text + "END\n";
}

std::string drawing_of(const Plot& plot, std::size_t index) {
  const Series& series = plot.series[index];
  const std::string line = fmt::format("lc rgb '{}' lw 1.8 dt {}", colours[index % colours.size()], index / colours.size() + 1);
  const std::string mark = fmt::format(" pt {} ps 0.6", 4 + index % 10);
  const std::string look = line + (series.style == Series::Style::line ? "" : mark);
  const std::string title = plot.series.size() == 1 && series.name.empty() ? "notitle" : "title " + quoted(series.name);
  const char* style = series.style == Series::Style::line     ? "lines"
                      : series.style == Series::Style::points ? "points"
                                                              : "linespoints";
  std::string text = fmt::format("$s{} using 1:2 with {} {} {}", index, style, look, title);
  if (!series.low.empty()) {
    text += fmt::format(", $s{} using 1:2:3:4 with {} {} notitle", index, plot.categories.empty() ? "yerrorbars" : "xerrorbars",
                        line + mark);
  }
  return text;
}

/// Of the values, or as wished: numbers that are all the same still need some width around them.
std::string range_text(const std::optional<std::pair<double, double>>& wish, const Plot& plot,
                       std::vector<double> Series::*values) {
  double least = std::numeric_limits<double>::infinity();
  double most = -least;
  const auto widen = [&](const std::vector<double>& with) {
    for (const double value : with) {
      least = std::isfinite(value) ? std::min(least, value) : least;
      most = std::isfinite(value) ? std::max(most, value) : most;
    }
  };
  for (const Series& series : plot.series) {
    widen(series.*values);
    if ((values == &Series::x) == !plot.categories.empty()) {
      widen(series.low);
      widen(series.high);
    }
  }
  if (wish) {
    return fmt::format("[{}:{}]", wish->first, wish->second);
  }
  if (least > most) {
    return "[0:1]";
  }
  const double width = std::max(std::abs(least) * 0.01, 1e-9);
  return least < most ? "[*:*]" : fmt::format("[{}:{}]", least - width, most + width);
}

/// Enough for names beside and below the plot: gnuplot draws nothing where they leave no room.
int width_of(const Plot& plot) {
  std::size_t longest = 0;
  for (const std::string& category : plot.categories) {
    longest = std::max(longest, category.size());
  }
  for (const Series& series : plot.series) {
    longest = std::max(longest, series.name.size());
  }
  constexpr std::size_t fits = 30;
  constexpr int pixels_of_letter = 9;
  return plot.width + pixels_of_letter * static_cast<int>(longest > fits ? longest - fits : 0);
}

/// Of an axis, whose words gnuplot takes for the format of a number.
std::string quoted_tic(const std::string& text) {
  std::string doubled;
  for (const char c : text) {
    doubled += c == '%' ? "%%" : std::string(1, c);
  }
  return quoted(doubled);
}

std::string script_of(const Plot& plot) {
  std::string text = fmt::format("set terminal svg size {},{} dynamic noenhanced font 'sans-serif,13' background '#ffffff'\n"
                                 "set title {}\nset xlabel {}\nset ylabel {}\n"
                                 "set border 3 lc rgb '#555555'\nset tics nomirror\nset grid lc rgb '#dddddd' lt 1\n"
                                 "set xrange {}\nset yrange {}\nset errorbars small\n",
                                 width_of(plot), plot.height, quoted(plot.title), quoted(plot.x_label), quoted(plot.y_label),
                                 range_text(plot.x_range, plot, &Series::x), range_text(plot.y_range, plot, &Series::y));
  text += plot.series.size() < 2 ? "set key off\n" : "set key outside below horizontal\n";
  text += plot.log_x ? "set logscale x\n" : "";
  text += plot.log_y ? "set logscale y\n" : "";
  if (!plot.categories.empty()) {
    text += fmt::format("set yrange [{}:-0.5]\nset ytics (", static_cast<double>(plot.categories.size()) - 0.5);
    for (std::size_t i = 0; i < plot.categories.size(); ++i) {
      text += fmt::format("{}{} {}", i == 0 ? "" : ", ", quoted_tic(plot.categories[i]), i);
    }
    text += ")\n";
  }
  text += plot.has_diagonal ? "set arrow from 0,0 to 1,1 nohead lc rgb '#999999' dt 3\n" : "";
  for (std::size_t i = 0; i < plot.series.size(); ++i) {
    text += data_block(plot, i);
  }
  text += "plot ";
  for (std::size_t i = 0; i < plot.series.size(); ++i) {
    text += (i == 0 ? "" : ", ") + drawing_of(plot, i);
  }
  return text + "\n";
}

} // namespace

std::optional<std::string> plot_svg(const Plot& plot) {
  require(!plot.series.empty(), "a plot shows something");
  return run_gnuplot(script_of(plot));
}

} // namespace radforge
