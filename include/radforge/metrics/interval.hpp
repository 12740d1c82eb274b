#pragma once

namespace radforge {

/// Both ends belong to it.
struct Interval {
  double low = 0;
  double high = 0;

  bool contains(double value) const { return low <= value && value <= high; }
};

/// What a law says of a place where nothing was measured for the fit.
struct Prediction {
  double value = 0;  ///< of the law
  Interval measured; ///< where one measured value is expected, its own noise included
};

} // namespace radforge
