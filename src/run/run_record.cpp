#include "radforge/run/run_record.hpp"

#include "radforge/comm/agreement.hpp"
#include "radforge/core/atomic_file.hpp"
#include "radforge/core/clock.hpp"
#include "radforge/core/file_descriptor.hpp"
#include "radforge/core/process_identity.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>

namespace radforge {

namespace {

using Json = nlohmann::ordered_json;

Json read_record(const std::filesystem::path& file) {
  std::error_code problem;
  const bool exists = std::filesystem::exists(file, problem);
  if (problem) { // a record that cannot be seen now must not be replaced by an empty one
    throw_io_error("look for", file, problem.value());
  }
  if (!exists) {
    return {{"schema", 1}, {"starts", Json::array()}};
  }
  auto json = Json::parse(read_file(file), nullptr, false);
  if (!json.is_object() || !json.contains("starts") || !json["starts"].is_array() ||
      !std::ranges::all_of(json["starts"], [](const Json& start) { return start.is_object(); })) {
    throw DataError("'{}' is no record of runs (it was changed by hand or by another program): move it away", file.string());
  }
  return json;
}

void write_record(const std::filesystem::path& file, const Json& json) {
  // A reason may name a file in whatever encoding.
  write_file_atomically(file, json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

/// Ranks on each host, in rank order of the hosts' first ranks.
Json ranks_by_host(const std::vector<std::string>& host_of_rank) {
  Json hosts = Json::object();
  for (const auto& host : host_of_rank) {
    hosts[host] = hosts.value(host, 0) + 1;
  }
  return hosts;
}

Json entry(const RunDir& dir, const RunInfo& info, const std::vector<std::string>& host_of_rank) {
  const auto me = this_process();
  return {{"epoch", dir.epoch()},
          {"command", info.command},
          {"config_digest", info.config_digest},
          {"started", utc_timestamp()},
          {"ended", nullptr},
          {"exit_code", nullptr},
          {"reason", nullptr},
          {"num_ranks", host_of_rank.size()},
          {"num_threads", info.num_threads},
          {"hosts", ranks_by_host(host_of_rank)},
          {"pid", me.pid},
          {"job_id", me.job_id},
          {"restart_count", me.restart_count},
          {"build",
           {{"version", info.build.version},
            {"git_revision", info.build.git_revision},
            {"git_dirty", info.build.git_dirty},
            {"compiler", info.build.compiler},
            {"build_type", info.build.build_type}}}};
}

} // namespace

RunRecord::RunRecord(const RunDir& dir, Communicator& communicator, const RunInfo& info) : dir_(dir), rank_(communicator.rank()) {
  const auto host_of_rank = all_gather(communicator, this_process().host);
  agree(communicator, [&] {
    if (rank_ == 0) {
      dir_.check_ownership();
      const auto file = dir_.path() / "run.json";
      auto json = read_record(file);
      json["starts"].push_back(entry(dir_, info, host_of_rank));
      write_record(file, json);
    }
  });
}

void RunRecord::finish(ExitCode code, std::string_view reason) const {
  if (rank_ != 0) {
    return;
  }
  dir_.check_ownership();
  const auto file = dir_.path() / "run.json";
  auto json = read_record(file);
  auto& starts = json["starts"];
  // The newest of this epoch: epochs begin anew when owner files are removed by hand.
  const auto own = std::find_if(starts.rbegin(), starts.rend(),
                                [&](const Json& start) { return start.contains("epoch") && start["epoch"] == dir_.epoch(); });
  if (own != starts.rend()) {
    (*own)["ended"] = utc_timestamp();
    (*own)["exit_code"] = static_cast<int>(code);
    (*own)["reason"] = reason;
  }
  write_record(file, json);
}

} // namespace radforge
