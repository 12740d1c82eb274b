#include "nccl_setup.hpp"

#include "radforge/comm/agreement.hpp"
#include "radforge/core/error.hpp"

#include <fmt/ranges.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace radforge {

namespace {

/// Agrees about a step that only calls NCCL.
void agree_on_nccl(Communicator& control, const std::function<void()>& step) {
  agree(control, [&] {
    try {
      step();
    } catch (const CommunicationError& error) {
      throw CommunicationError("NCCL could not be set up ({}): NCCL_DEBUG=INFO shows what it tried; see docs/reliability.md",
                               error.what());
    }
  });
}

void require_same_version(Communicator& control, NcclLibrary& library) {
  std::string mine;
  agree_on_nccl(control, [&] { mine = library.version(); });
  std::map<std::string, std::vector<int>> ranks_of;
  int rank = 0;
  for (const std::string& version : all_gather(control, mine)) {
    ranks_of[version].push_back(rank++);
  }
  if (ranks_of.size() == 1) {
    return;
  }
  std::vector<std::string> parts;
  for (const auto& [version, ranks] : ranks_of) {
    parts.push_back(fmt::format("{} on rank{} {}", version, ranks.size() == 1 ? "" : "s", fmt::join(ranks, ", ")));
  }
  throw as_agreed(CommunicationError("the ranks have unlike versions of NCCL ({}): start all ranks with the same libraries",
                                     fmt::join(parts, "; ")));
}

} // namespace

std::shared_ptr<NcclLink> set_up_nccl(Communicator& control, const std::shared_ptr<NcclLibrary>& library, double deadline_s) {
  require_same_version(control, *library);
  NcclId id{};
  agree_on_nccl(control, [&] {
    if (control.rank() == 0) {
      id = library->make_id();
    }
  });
  control.broadcast({id.data(), id.size(), DType::u8, Place::host}, 0);

  std::shared_ptr<NcclLink> link;
  agree_on_nccl(control, [&] { link = std::make_shared<NcclLink>(library, id, control.rank(), control.size()); });
  bool ready = false;
  agree_on_nccl(control, [&] { ready = link->wait_until_ready(deadline_s); });
  // A rank that failed is told before those that waited for it.
  agree_on_nccl(control, [&] {
    if (!ready) {
      throw CommunicationError("not ready after {:g} s", deadline_s);
    }
  });
  return link;
}

} // namespace radforge
