#include "radforge/comm/node_place.hpp"

#include "radforge/comm/agreement.hpp"
#include "radforge/core/process_identity.hpp"

namespace radforge {

NodePlace node_place(Communicator& ranks) {
  const ProcessIdentity me = this_process();
  const auto nodes = all_gather(ranks, me.host + '\n' + me.boot_id);
  const auto& mine = nodes[static_cast<std::size_t>(ranks.rank())];
  NodePlace place{0, 0};
  for (int r = 0; r < ranks.size(); ++r) {
    if (nodes[static_cast<std::size_t>(r)] == mine) {
      place.rank += r < ranks.rank() ? 1 : 0;
      ++place.size;
    }
  }
  return place;
}

} // namespace radforge
