#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace radforge {

/// A line or cloud of a plot. Values that are not finite are gaps.
struct Series {
  enum class Style { line, points, line_and_points };

  std::string name;
  std::vector<double> x = {};
  std::vector<double> y = {};
  std::vector<double> low = {}; ///< of x, where the plot has categories, else of y; empty: no intervals
  std::vector<double> high = {};
  Style style = Style::line;
};

/// What is drawn. With categories the vertical axis has one a line, from the top, and y counts them from 0.
struct Plot {
  std::string title;
  std::string x_label;
  std::string y_label;
  std::vector<Series> series = {};
  std::vector<std::string> categories = {};
  std::optional<std::pair<double, double>> x_range = {};
  std::optional<std::pair<double, double>> y_range = {};
  bool log_x = false;
  bool log_y = false;
  bool has_diagonal = false;
  int width = 640;
  int height = 400;
};

/// The plot as SVG, drawn by gnuplot, wider where names are long. Nothing where gnuplot is not installed. Errors: IoError (it
/// ended with an error).
std::optional<std::string> plot_svg(const Plot& plot);

} // namespace radforge
