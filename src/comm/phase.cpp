#include "radforge/comm/phase.hpp"

#include "radforge/core/error.hpp"

namespace radforge {

std::string_view name(Phase phase) {
  switch (phase) {
  case Phase::start_up:
    return "start-up";
  case Phase::data:
    return "data";
  case Phase::compute:
    return "compute";
  case Phase::collective:
    return "collective";
  case Phase::save:
    return "save";
  }
  throw InternalError("unknown phase {} (a cast made it)", static_cast<int>(phase));
}

} // namespace radforge
