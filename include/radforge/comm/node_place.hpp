#pragma once

#include "radforge/comm/communicator.hpp"

namespace radforge {

/// Where a rank stands among those of a communicator that run on the same node, in their order: chooses its GPU.
struct NodePlace {
  int rank = 0; ///< on the node
  int size = 1; ///< ranks of the node
};

/// Collective. Ranks are on one node when host name and boot agree: containers with names of their own are nodes of their own.
NodePlace node_place(Communicator& ranks);

} // namespace radforge
