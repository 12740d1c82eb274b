#pragma once

#include "radforge/comm/communicator.hpp"
#include "radforge/quality/image_quality.hpp"

#include <functional>
#include <vector>

namespace radforge {

/// Pieces of work, each done by one rank, whose results all ranks get in the order of the pieces.
class MeasuredShare {
 public:
  MeasuredShare(Communicator& ranks, const ImageQuality::Control& control) : ranks_(ranks), control_(control) {}

  void add(std::function<ImageQualityResult()> piece) { pieces_.push_back(std::move(piece)); }
  /// Collective. Errors: what pieces throw, on every rank; StoppedError.
  ImageQualityResult gather() const;
  /// Throws StoppedError on every rank after a stop request to any. Collective.
  void check_stop() const;

 private:
  Communicator& ranks_;
  const ImageQuality::Control& control_;
  std::vector<std::function<ImageQualityResult()>> pieces_;
};

} // namespace radforge
