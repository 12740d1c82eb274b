#pragma once

#include "radforge/comm/communicator.hpp"
#include "radforge/quality/image_quality.hpp"

#include <functional>
#include <vector>

namespace radforge {

/// Pieces of work, each done by one rank, whose results all ranks get in the order of the pieces.
class MeasuredShare {
 public:
  explicit MeasuredShare(Communicator& ranks) : ranks_(ranks) {}

  void add(std::function<ImageQualityResult()> piece) { pieces_.push_back(std::move(piece)); }
  /// Collective. Errors: what pieces throw, on every rank.
  ImageQualityResult gather() const;

 private:
  Communicator& ranks_;
  std::vector<std::function<ImageQualityResult()>> pieces_;
};

} // namespace radforge
