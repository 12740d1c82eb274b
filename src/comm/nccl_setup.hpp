#pragma once

#include "nccl_link.hpp"
#include "radforge/comm/communicator.hpp"

#include <memory>

namespace radforge {

/// A communicator of NCCL among the ranks of `control`, each with its current device. Collective; `deadline_s` 0 = none. Errors:
/// CommunicationError, the same on all ranks: unlike versions, the first rank whose call failed, or ranks that were not ready in
/// time.
std::shared_ptr<NcclLink> set_up_nccl(Communicator& control, const std::shared_ptr<NcclLibrary>& library, double deadline_s);

} // namespace radforge
