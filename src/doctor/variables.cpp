#include "variables.hpp"

#include "radforge/core/nearest.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <set>
#include <sstream>
#include <string_view>

namespace radforge {

namespace {

using namespace std::string_view_literals;

constexpr std::array prefixes{"NCCL_"sv, "TORCH_NCCL_"sv,   "UCX_"sv,         "OMP_"sv,   "GLOO_"sv,
                              "HDF5_"sv, "CUDA_VISIBLE_"sv, "CUDA_LAUNCH_"sv, "MASTER_"sv};

/// A whole number that the library's documentation limits.
struct Range {
  std::string_view name;
  std::int64_t least;
  std::int64_t most;
  std::string_view why;
};
constexpr std::array ranges{
    Range{"NCCL_IB_TIMEOUT", 1, 31, "others never time out; 22 with 7 retries are two minutes"},
    Range{"NCCL_IB_RETRY_CNT", 0, 7, "the field has three bits"},
    Range{"NCCL_IB_QPS_PER_CONNECTION", 1, 128, "documented range"},
    Range{"NCCL_IB_PCI_RELAXED_ORDERING", 0, 2, "documented range"},
    Range{"NCCL_SOCKET_NTHREADS", 1, 16, "documented range"},
    Range{"NCCL_NSOCKS_PERTHREAD", 1, 64, "threads times sockets are at most 64"},
    Range{"NCCL_CROSS_NIC", 0, 2, "documented range"},
    Range{"NCCL_NTHREADS", 64, 512, "64, 128, 256 or 512"},
    Range{"NCCL_BUFFSIZE", 1024, std::int64_t{1} << 30, "bytes"},
    Range{"OMP_NUM_THREADS", 1, 4096, "threads of a rank"},
};

/// A switch that is right while one looks for an error, or a workaround, and slow otherwise.
struct SlowSwitch {
  std::string_view name;
  std::string_view value;
  std::string_view effect;
};
constexpr std::array slow_switches{
    SlowSwitch{"NCCL_DEBUG", "TRACE", "prints a line for every call"},
    SlowSwitch{"NCCL_CHECK_POINTERS", "1", "asks CUDA about every pointer"},
    SlowSwitch{"NCCL_P2P_DISABLE", "1", "leaves NVLink unused"},
    SlowSwitch{"NCCL_SHM_DISABLE", "1", "sends what is on one node over the network"},
    SlowSwitch{"NCCL_IB_DISABLE", "1", "leaves InfiniBand unused"},
    SlowSwitch{"CUDA_LAUNCH_BLOCKING", "1", "waits for every kernel"},
};

/// Of PyTorch's ProcessGroupNCCL, which is not in this program.
constexpr std::array without_effect{"NCCL_ASYNC_ERROR_HANDLING"sv, "NCCL_BLOCKING_WAIT"sv, "NCCL_DESYNC_DEBUG"sv,
                                    "NCCL_ENABLE_TIMING"sv};

// The headings of NCCL's user guide, env.rst.
std::vector<std::string> nccl_names() {
  return {"NCCL_ALGO",
          "NCCL_ALLOC_P2P_NET_LL_BUFFERS",
          "NCCL_BUFFSIZE",
          "NCCL_CGA_CLUSTER_SIZE",
          "NCCL_CHECKS_DISABLE",
          "NCCL_CHECK_MODE",
          "NCCL_CHECK_POINTERS",
          "NCCL_COLLNET_ENABLE",
          "NCCL_COLLNET_NODE_THRESHOLD",
          "NCCL_COMM_BLOCKING",
          "NCCL_CONF_FILE",
          "NCCL_CROSS_NIC",
          "NCCL_CTA_POLICY",
          "NCCL_CUMEM_ENABLE",
          "NCCL_CUMEM_HOST_ENABLE",
          "NCCL_DEBUG",
          "NCCL_DEBUG_FILE",
          "NCCL_DEBUG_SUBSYS",
          "NCCL_DEBUG_TIMESTAMP_FORMAT",
          "NCCL_DEBUG_TIMESTAMP_LEVELS",
          "NCCL_DMABUF_ENABLE",
          "NCCL_ENV_PLUGIN",
          "NCCL_GRAPH_MIXING_SUPPORT",
          "NCCL_GRAPH_REGISTER",
          "NCCL_GRAPH_STREAM_ORDERING",
          "NCCL_IB_ADAPTIVE_ROUTING",
          "NCCL_IB_ADDR_FAMILY",
          "NCCL_IB_ADDR_RANGE",
          "NCCL_IB_AR_THRESHOLD",
          "NCCL_IB_CUDA_SUPPORT",
          "NCCL_IB_DISABLE",
          "NCCL_IB_ECE_ENABLE",
          "NCCL_IB_FIFO_TC",
          "NCCL_IB_GID_INDEX",
          "NCCL_IB_HCA",
          "NCCL_IB_MERGE_NICS",
          "NCCL_IB_OOO_RQ",
          "NCCL_IB_PCI_RELAXED_ORDERING",
          "NCCL_IB_QPS_PER_CONNECTION",
          "NCCL_IB_RETRY_CNT",
          "NCCL_IB_RETURN_ASYNC_EVENTS",
          "NCCL_IB_ROCE_VERSION_NUM",
          "NCCL_IB_SL",
          "NCCL_IB_SPLIT_DATA_ON_QPS",
          "NCCL_IB_TC",
          "NCCL_IB_TIMEOUT",
          "NCCL_IGNORE_COLLNET_MISMATCH",
          "NCCL_IGNORE_CPU_AFFINITY",
          "NCCL_IGNORE_NET_MISMATCH",
          "NCCL_IPC_USE_ABSTRACT_SOCKET",
          "NCCL_LAUNCH_MODE",
          "NCCL_LAUNCH_ORDER_IMPLICIT",
          "NCCL_LAUNCH_RACE_FATAL",
          "NCCL_LEGACY_CUDA_REGISTER",
          "NCCL_LL_THRESHOLD",
          "NCCL_LOCAL_REGISTER",
          "NCCL_MAX_CTAS",
          "NCCL_MAX_NCHANNELS",
          "NCCL_MEM_SYNC_DOMAIN",
          "NCCL_MIN_CTAS",
          "NCCL_MIN_NCHANNELS",
          "NCCL_MNNVL_CLIQUE_ID",
          "NCCL_MNNVL_ENABLE",
          "NCCL_MNNVL_UUID",
          "NCCL_MULTI_RANK_GPU_ENABLE",
          "NCCL_NET",
          "NCCL_NETDEVS_POLICY",
          "NCCL_NET_GDR_C2C",
          "NCCL_NET_GDR_READ",
          "NCCL_NET_MERGE_POLICY",
          "NCCL_NET_PLUGIN",
          "NCCL_NET_SHARED_BUFFERS",
          "NCCL_NET_SHARED_COMMS",
          "NCCL_NSOCKS_PERTHREAD",
          "NCCL_NTHREADS",
          "NCCL_NVB_DISABLE",
          "NCCL_NVLS_ENABLE",
          "NCCL_OOB_NET_ENABLE",
          "NCCL_OOB_NET_IFNAME",
          "NCCL_P2P_DIRECT_DISABLE",
          "NCCL_P2P_DISABLE",
          "NCCL_P2P_LEVEL",
          "NCCL_P2P_LL_THRESHOLD",
          "NCCL_P2P_NET_CHUNKSIZE",
          "NCCL_P2P_PXN_LEVEL",
          "NCCL_PROFILER_PLUGIN",
          "NCCL_PROTO",
          "NCCL_PXN_C2C",
          "NCCL_PXN_DISABLE",
          "NCCL_RAS_ADDR",
          "NCCL_RAS_ENABLE",
          "NCCL_RAS_TIMEOUT_FACTOR",
          "NCCL_RUNTIME_CONNECT",
          "NCCL_SET_STACK_SIZE",
          "NCCL_SET_THREAD_NAME",
          "NCCL_SHM_DISABLE",
          "NCCL_SINGLE_RING_THRESHOLD",
          "NCCL_SOCKET_FAMILY",
          "NCCL_SOCKET_IFNAME",
          "NCCL_SOCKET_MAGIC",
          "NCCL_SOCKET_NTHREADS",
          "NCCL_SOCKET_POLL_TIMEOUT_MSEC",
          "NCCL_SOCKET_RETRY_CNT",
          "NCCL_SOCKET_RETRY_SLEEP_MSEC",
          "NCCL_SYM_GIN_KERNELS_ENABLE",
          "NCCL_TOPO_DUMP_FILE",
          "NCCL_TOPO_FILE",
          "NCCL_TREE_THRESHOLD",
          "NCCL_TUNER_PLUGIN",
          "NCCL_UID_STAGGER_RATE",
          "NCCL_UID_STAGGER_THRESHOLD",
          "NCCL_WIN_ENABLE"};
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

std::vector<std::string> parts_of(const std::string& text) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, ',');) {
    parts.push_back(part);
  }
  return parts;
}

// NCCL_SOCKET_IFNAME: prefixes of names, "=" before an exact one; "^" before the list turns it round.
std::string interface_problem(const std::string& name, const std::string& value, const std::vector<std::string>& interfaces) {
  if (interfaces.empty() || value.starts_with('^')) {
    return "";
  }
  const bool exact = value.starts_with('=') || name == "GLOO_SOCKET_IFNAME";
  const std::vector<std::string> wanted = parts_of(value.starts_with('=') ? value.substr(1) : value);
  const bool found = std::ranges::any_of(interfaces, [&](const std::string& interface) {
    return std::ranges::any_of(wanted,
                               [&](const std::string& part) { return exact ? interface == part : interface.starts_with(part); });
  });
  std::string there;
  for (const std::string& interface : interfaces) {
    there += (there.empty() ? "" : ", ") + interface;
  }
  return found ? "" : fmt::format("{}={} is no network interface here (there are {})", name, value, there);
}

// Of a name that begins like NCCL's own: a slip of the pen for one that there is, or nothing. Newer versions have more names.
std::string name_problem(const std::string& name) {
  if (std::ranges::find(without_effect, name) != without_effect.end() || name.starts_with("TORCH_NCCL_")) {
    return fmt::format("{} has no effect (it is read by PyTorch's process groups, which are not in this program)", name);
  }
  const std::optional<std::string> nearest = name.starts_with("NCCL_") ? nearest_name(name, nccl_names(), 2) : std::nullopt;
  return nearest && *nearest != name ? fmt::format("{} is not known to NCCL (did you mean {}?)", name, *nearest) : "";
}

std::string value_problem(const std::string& name, const std::string& value) {
  if (const auto range = std::ranges::find(ranges, name, &Range::name); range != ranges.end()) {
    const std::optional<std::int64_t> number = whole_number(parts_of(value).empty() ? value : parts_of(value).front());
    if (!number || *number < range->least || *number > range->most) {
      return fmt::format("{}={} is outside {} to {} ({})", name, value, range->least, range->most, range->why);
    }
  }
  for (const SlowSwitch& slow : slow_switches) {
    if (slow.name == name && slow.value == value) {
      return fmt::format("{}={} {}", name, value, slow.effect);
    }
  }
  constexpr std::array of_locking{"TRUE"sv, "FALSE"sv, "BEST_EFFORT"sv, "1"sv, "0"sv};
  if (name == "HDF5_USE_FILE_LOCKING" && std::ranges::find(of_locking, value) == of_locking.end()) {
    return fmt::format("{}={} is none of TRUE, FALSE and BEST_EFFORT", name, value);
  }
  if (name == "CUDA_VISIBLE_DEVICES") {
    std::vector<std::string> devices = parts_of(value);
    std::ranges::sort(devices);
    if (std::ranges::adjacent_find(devices) != devices.end()) {
      return fmt::format("{}={} names a device twice", name, value);
    }
  }
  return "";
}

} // namespace

Variables variables_of_interest(const char* const* environment) {
  Variables variables;
  for (; *environment != nullptr; ++environment) {
    const std::string_view entry(*environment);
    const auto equals = entry.find('=');
    if (equals != std::string_view::npos &&
        std::ranges::any_of(prefixes, [&](std::string_view prefix) { return entry.starts_with(prefix); })) {
      variables.emplace(entry.substr(0, equals), entry.substr(equals + 1));
    }
  }
  return variables;
}

std::vector<std::string> variable_problems(const Variables& variables, const Machine& machine) {
  std::vector<std::string> problems;
  for (const auto& [name, value] : variables) {
    for (std::string problem : {name_problem(name), value_problem(name, value),
                                name.ends_with("_SOCKET_IFNAME") ? interface_problem(name, value, machine.interfaces) : ""}) {
      if (!problem.empty()) {
        problems.push_back(std::move(problem));
      }
    }
  }
  return problems;
}

} // namespace radforge
