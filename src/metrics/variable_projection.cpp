#include "variable_projection.hpp"

#include "radforge/core/error.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace radforge {
namespace {

double dot(std::span<const double> a, std::span<const double> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

/// Takes out of `vector` what lies along `unit`.
void project_out(std::vector<double>& vector, const std::vector<double>& unit) {
  const double along = dot(vector, unit);
  std::ranges::transform(vector, unit, vector.begin(), [along](double v, double u) { return v - along * u; });
}

} // namespace

VariableProjection::VariableProjection(const PowerSumData& data, const Bounds& exponents)
    : num_axes_(data.axes.size()), sign_(data.sign), bounds_(exponents), regression_(data.values.size()) {
  require(num_axes_ == 1 || num_axes_ == 2, "a law of one or two powers");
  require(0 < bounds_.low && bounds_.low < bounds_.high, "bounds of exponents above zero");
  columns_.fill(std::vector<double>(data.values.size()));
  for (std::size_t k = 0; k < num_axes_; ++k) {
    log_size_[k].resize(data.values.size());
    std::ranges::transform(data.axes[k].sizes, log_size_[k].begin(), [](double size) { return std::log(size); });
    log_centre_[k] = std::accumulate(log_size_[k].begin(), log_size_[k].end(), 0.0) / static_cast<double>(log_size_[k].size());
    std::ranges::for_each(log_size_[k], [centre = log_centre_[k]](double& size) { size -= centre; });
  }
}

void VariableProjection::set_rows(std::vector<double> target, std::vector<double> scale) {
  target_ = std::move(target);
  columns_[0] = std::move(scale);
}

VariableProjection::Fit VariableProjection::at(const std::array<double, 2>& exponents, const Coefficients& start, double delta) {
  for (std::size_t k = 0; k < num_axes_; ++k) {
    for (std::size_t i = 0; i < target_.size(); ++i) {
      columns_[k + 1][i] = sign_ * columns_[0][i] * std::exp(-exponents[k] * log_size_[k][i]);
    }
  }
  const auto [coefficients, objective] = regression_.solve({target_, {columns_[0], columns_[1], columns_[2]}, delta}, start);
  return {exponents, coefficients, objective};
}

/// Of the residual of a row in the exponent of an axis.
double VariableProjection::derivative(const Fit& fit, std::size_t axis, std::size_t row) const {
  return fit.coefficients[axis + 1] * log_size_[axis][row] * columns_[axis + 1][row];
}

/// At the optimum of the coefficients the objective's slope in an exponent is the plain partial derivative, as the others are
/// zero.
VariableProjection::Slope VariableProjection::slope(const Fit& fit, double delta) const {
  const std::span<const double> residuals = regression_.residuals();
  Slope result;
  std::vector<double> within(target_.size());
  std::vector<double> touching(target_.size());
  for (std::size_t i = 0; i < target_.size(); ++i) {
    for (std::size_t k = 0; k < num_axes_; ++k) {
      result.gradient[k] += huber_slope(residuals[i], delta) * derivative(fit, k, i);
    }
    const double size = std::abs(residuals[i]);
    within[i] = size <= delta ? 1 : 0;
    touching[i] = size <= delta ? 1 : std::sqrt(delta / size);
  }
  result.curvature = curvature(fit, within);
  result.upper = curvature(fit, touching);
  return result;
}

/// By Gauss and Newton: the derivatives of the residuals, less what the coefficients make up for (Kaufman 1975).
VariableProjection::Matrix VariableProjection::curvature(const Fit& fit, std::span<const double> root_weight) const {
  std::array<std::vector<double>, 2> derivatives;
  for (std::size_t k = 0; k < num_axes_; ++k) {
    derivatives[k].resize(target_.size());
    for (std::size_t i = 0; i < target_.size(); ++i) {
      derivatives[k][i] = root_weight[i] * derivative(fit, k, i);
    }
  }
  std::vector<std::vector<double>> basis;
  for (std::size_t column = 0; column <= num_axes_; ++column) {
    if (!(fit.coefficients[column] > 0)) {
      continue; // held at zero
    }
    std::vector<double> unit(target_.size());
    std::ranges::transform(root_weight, columns_[column], unit.begin(), [](double w, double z) { return w * z; });
    std::ranges::for_each(basis, [&](const auto& other) { project_out(unit, other); });
    if (const double length = std::sqrt(dot(unit, unit)); length > 0) {
      std::ranges::for_each(unit, [length](double& value) { value /= length; });
      std::ranges::for_each(std::span(derivatives).first(num_axes_), [&](auto& of_axis) { project_out(of_axis, unit); });
      basis.push_back(std::move(unit));
    }
  }
  Matrix result{};
  for (std::size_t k = 0; k < num_axes_; ++k) {
    for (std::size_t l = 0; l < num_axes_; ++l) {
      result[k][l] = dot(derivatives[k], derivatives[l]);
    }
  }
  return result;
}

/// Where a Newton step leads, within the bounds, shortened by `damping` times the upper curvature; an exponent that is pushed
/// against its bound stays there.
std::array<double, 2> VariableProjection::step(const Fit& from, const Slope& slope, double damping) const {
  std::array<double, 2> move{};
  std::array<bool, 2> free{};
  Matrix h{};
  for (std::size_t k = 0; k < num_axes_; ++k) {
    for (std::size_t l = 0; l < num_axes_; ++l) {
      h[k][l] = slope.curvature[k][l] + damping * slope.upper[k][l];
    }
    const bool pushed = slope.gradient[k] > 0 ? from.exponents[k] <= bounds_.low : from.exponents[k] >= bounds_.high;
    free[k] = !pushed && h[k][k] > 0;
    move[k] = free[k] ? -slope.gradient[k] / h[k][k] : 0;
  }
  if (free[0] && free[1]) {
    const double determinant = h[0][0] * h[1][1] - h[0][1] * h[1][0];
    if (determinant > 1e-14 * h[0][0] * h[1][1]) {
      move = {(h[0][1] * slope.gradient[1] - h[1][1] * slope.gradient[0]) / determinant,
              (h[1][0] * slope.gradient[0] - h[0][0] * slope.gradient[1]) / determinant};
    }
  }
  std::array<double, 2> to = from.exponents;
  for (std::size_t k = 0; k < num_axes_; ++k) {
    to[k] = std::clamp(to[k] + move[k], bounds_.low, bounds_.high);
  }
  return to;
}

VariableProjection::Fit VariableProjection::refine(const Fit& start, double delta) {
  constexpr int max_steps = 200;
  constexpr double max_damping = 1e10;
  constexpr double smallest_move = 1e-12;
  Fit best = at(start.exponents, start.coefficients, delta);
  Slope here = slope(best, delta);
  double damping = 1e-3;
  for (int count = 0; count < max_steps && damping < max_damping; ++count) {
    const std::array<double, 2> to = step(best, here, damping);
    if (std::abs(to[0] - best.exponents[0]) + std::abs(to[1] - best.exponents[1]) < smallest_move) {
      break;
    }
    const Fit next = at(to, best.coefficients, delta);
    if (next.objective < best.objective) {
      const bool settled = next.objective > best.objective * (1 - 1e-15);
      best = next;
      if (settled) {
        break;
      }
      here = slope(best, delta);
      damping = std::max(1e-12, damping / 10);
    } else {
      damping = std::max(1e-6, damping * 10);
    }
  }
  return at(best.exponents, best.coefficients, delta); // leaves its residuals
}

VariableProjection::Fit VariableProjection::search(double delta) {
  constexpr int side = 12;
  const int other = num_axes_ == 2 ? side : 1;
  const double ratio = std::pow(bounds_.high / bounds_.low, 1.0 / (side - 1));
  const auto exponent = [&](int i) { return std::min(bounds_.high, bounds_.low * std::pow(ratio, i)); };
  std::vector<Fit> grid;
  for (int i = 0; i < side; ++i) {
    for (int j = 0; j < other; ++j) {
      grid.push_back(at({exponent(i), exponent(j)}, grid.empty() ? Coefficients{} : grid.back().coefficients, delta));
    }
  }
  const auto is_minimum = [&](int i, int j) {
    const double value = grid[static_cast<std::size_t>(i * other + j)].objective;
    for (int k = std::max(0, i - 1); k <= std::min(side - 1, i + 1); ++k) {
      for (int l = std::max(0, j - 1); l <= std::min(other - 1, j + 1); ++l) {
        if (grid[static_cast<std::size_t>(k * other + l)].objective < value) {
          return false;
        }
      }
    }
    return true;
  };
  Fit best = grid.front();
  for (int i = 0; i < side; ++i) {
    for (int j = 0; j < other; ++j) {
      if (is_minimum(i, j)) {
        const Fit minimum = refine(grid[static_cast<std::size_t>(i * other + j)], delta);
        best = minimum.objective < best.objective ? minimum : best;
      }
    }
  }
  return at(best.exponents, best.coefficients, delta);
}

PowerSum VariableProjection::law_of(const Fit& fit) const {
  PowerSum law{.e = fit.coefficients[0], .sign = sign_, .amplitudes = {}, .exponents = {}};
  for (std::size_t k = 0; k < num_axes_; ++k) {
    law.exponents[k] = fit.exponents[k];
    law.amplitudes[k] = fit.coefficients[k + 1] * std::exp(fit.exponents[k] * log_centre_[k]);
  }
  return law;
}

} // namespace radforge
