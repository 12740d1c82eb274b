#pragma once

#include "radforge/comm/communicator.hpp"

namespace radforge {

/// What every communicator demands of its arguments. Errors: InternalError, for they are the caller's mistakes.
void require_root(const Communicator& communicator, int root);
void require_gather_sizes(const Communicator& communicator, const Buffer& in, const Buffer& out);
void require_scatter_sizes(const Communicator& communicator, const Buffer& in, const Buffer& out);

} // namespace radforge
