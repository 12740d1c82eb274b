#include "rank_report.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace radforge {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Device, name, model, numa_node, problem)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Machine, cpus, memory_bytes, free_memory_bytes, free_shared_memory_bytes, most_files,
                                   most_locked_bytes, kernel, gpu_driver, gpus, cpus_of_gpus, ports, is_infiniband, interfaces)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(RankReport, host, node_name, boot_id, versions, libraries, variables, threads, gpus_of_job,
                                   machine)

// The environment may hold any bytes.
std::string to_text(const RankReport& report) {
  return nlohmann::json(report).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

RankReport rank_report(std::string_view text) { return nlohmann::json::parse(text).get<RankReport>(); }

std::vector<Node> nodes_of(const std::vector<RankReport>& reports) {
  std::vector<Node> nodes;
  for (std::size_t rank = 0; rank < reports.size(); ++rank) {
    const auto same = std::ranges::find_if(nodes, [&](const Node& node) {
      const RankReport& first = reports[static_cast<std::size_t>(node.ranks.front())];
      return first.host == reports[rank].host && first.boot_id == reports[rank].boot_id;
    });
    if (same != nodes.end()) {
      same->ranks.push_back(static_cast<int>(rank));
    } else {
      nodes.push_back({reports[rank].node_name, {static_cast<int>(rank)}});
    }
  }
  for (std::size_t i = 1; i < nodes.size(); ++i) {
    const auto is_namesake = [&](const Node& node) { return node.name == nodes[i].name; };
    if (std::any_of(nodes.begin(), nodes.begin() + static_cast<std::ptrdiff_t>(i), is_namesake)) {
      nodes[i].name += fmt::format("(rank {})", nodes[i].ranks.front());
    }
  }
  return nodes;
}

} // namespace radforge
