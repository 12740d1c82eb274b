#include "host_names.hpp"

#include "radforge/comm/agreement.hpp"
#include "radforge/core/clock.hpp"

#include <fmt/core.h>

#include <netdb.h>
#include <sys/socket.h>

#include <set>

namespace radforge {

namespace {

std::string problem_of(const std::string& host) {
  constexpr double slow_s = 2;
  const Stopwatch time;
  addrinfo* addresses = nullptr;
  const int code = ::getaddrinfo(host.c_str(), nullptr, nullptr, &addresses);
  if (code != 0) {
    return fmt::format("{} is not resolved ({})", host, ::gai_strerror(code));
  }
  ::freeaddrinfo(addresses);
  return time.seconds() > slow_s ? fmt::format("{} took {:.0f} s to resolve", host, time.seconds()) : "";
}

} // namespace

std::vector<std::string> unresolved_names(Communicator& world, const std::vector<Node>& nodes,
                                          const std::vector<RankReport>& ranks) {
  std::string mine;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].ranks.front() != world.rank()) {
      continue;
    }
    const auto host_of = [&](std::size_t node) { return ranks[static_cast<std::size_t>(nodes[node].ranks.front())].host; };
    for (const std::string& host : std::set<std::string>{host_of(i), host_of((i + 1) % nodes.size())}) {
      if (const std::string problem = problem_of(host); !problem.empty()) {
        mine += (mine.empty() ? "" : ", ") + problem;
      }
    }
  }
  const std::vector<std::string> all = all_gather(world, mine);
  std::vector<std::string> problems;
  for (const Node& node : nodes) {
    problems.push_back(all[static_cast<std::size_t>(node.ranks.front())]);
  }
  return problems;
}

} // namespace radforge
