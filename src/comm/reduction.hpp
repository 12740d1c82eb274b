#pragma once

#include "radforge/comm/communicator.hpp"

#include <cstdint>

namespace radforge {

/// All-reduces that are cut in pieces. Pieces are numbered in the order of the calls, which is the same on all ranks. Nobody
/// works behind the scenes: a message moves while somebody is in done() or wait() of any later or earlier one, so ranks may wait
/// in any order. One thread. Errors: CommunicationError.
class Reduction {
 public:
  virtual ~Reduction() = default;
  /// The number of the first piece after this message: it is reduced when finished(number). `values` is the caller's until then.
  virtual std::int64_t start(Buffer values, ReduceOp op) = 0;
  /// Moves what can be moved, and says whether all pieces before `number` are done.
  virtual bool finished(std::int64_t number) = 0;
  virtual void wait(std::int64_t number) = 0;
  /// All that was started.
  virtual void wait_all() = 0;
};

} // namespace radforge
