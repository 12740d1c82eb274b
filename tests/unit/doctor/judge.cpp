#include "../../../src/doctor/judge.hpp"

#include <catch2/catch.hpp>

using namespace radforge;
using Catch::Matchers::Contains;

namespace {

constexpr std::int64_t gib = std::int64_t{1} << 30;

RankReport report(const std::string& host) {
  RankReport rank;
  rank.host = host;
  rank.node_name = host;
  rank.versions = {{"radforge", "0.1.0"}};
  rank.libraries = {{"libhdf5.so.103", 1000}};
  rank.machine.cpus = {0, 1, 2, 3};
  rank.machine.memory_bytes = 512 * gib;
  rank.machine.free_memory_bytes = 480 * gib;
  rank.machine.free_shared_memory_bytes = 200 * gib;
  rank.machine.most_files = 65536;
  rank.machine.most_locked_bytes = -1;
  return rank;
}

/// Nodes n1, n2, ... with as many ranks each, of which nothing is wrong.
Observations healthy(int num_nodes, int ranks_per_node = 1) {
  Observations seen;
  for (int node = 1; node <= num_nodes; ++node) {
    for (int rank = 0; rank < ranks_per_node; ++rank) {
      seen.ranks.push_back(report("n" + std::to_string(node)));
    }
  }
  seen.nodes = nodes_of(seen.ranks);
  const auto count = static_cast<std::size_t>(num_nodes);
  seen.name_problems.resize(count);
  seen.folders.resize(count, {.problem = {}, .write_mb_s = 500, .sync_ms = 2, .room = {std::uint64_t{1} << 40, 1 << 20}});
  seen.clock_offsets.resize(seen.ranks.size());
  seen.rates = {.latency_us = 10, .all_gb_s = 20, .node_gb_s = std::vector<double>(count, 10)};
  return seen;
}

std::vector<Finding> judge(const Observations& seen) {
  return {judge_ranks(seen, 0),       judge_versions(seen), judge_cores(seen),   judge_memory(seen), judge_limits(seen),
          judge_gpus(seen),           judge_ports(seen),    judge_names(seen),   judge_clocks(seen), judge_variables(seen),
          judge_folder(seen, "runs"), judge_room(seen),     judge_rates(seen, 0)};
}

const std::vector<std::string> n2{"n2"};

} // namespace

TEST_CASE("nothing is found where nothing is wrong") {
  for (const int num_nodes : {1, 2, 3, 5}) {
    for (const Finding& finding : judge(healthy(num_nodes, 2))) {
      INFO(finding.check << ": " << finding.found);
      CHECK(finding.grade == Grade::good);
      CHECK(finding.nodes.empty());
    }
  }
}

TEST_CASE("a node is a host and a boot of it") {
  std::vector<RankReport> ranks{report("a"), report("b"), report("a"), report("a")};
  ranks[3].boot_id = "another machine of that name";
  const std::vector<Node> nodes = nodes_of(ranks);
  REQUIRE(nodes.size() == 3);
  CHECK(nodes[0].ranks == std::vector<int>{0, 2});
  CHECK(nodes[1].name == "b");
  CHECK(nodes[2].name == "a(rank 3)");
}

TEST_CASE("what a rank tells of itself survives the message") {
  RankReport rank = report("n1");
  rank.variables = {{"NCCL_DEBUG", "a \"b\"\n\xff"}};
  rank.machine.gpus = {{"0000:03:00.0", "A100", 3, "ill"}};
  rank.machine.cpus_of_gpus = {{1, 2}};
  const RankReport back = rank_report(to_text(rank));
  CHECK(back.host == "n1");
  CHECK(back.libraries == rank.libraries);
  CHECK(back.machine.cpus_of_gpus == rank.machine.cpus_of_gpus);
  CHECK(back.machine.gpus.at(0).problem == "ill");
  CHECK(back.variables.at("NCCL_DEBUG").starts_with("a \"b\"\n"));
}

TEST_CASE("ranks are as many on every node, and as many as expected") {
  Observations seen = healthy(3, 2);
  CHECK(judge_ranks(seen, 2).grade == Grade::good);
  const Finding wrong = judge_ranks(seen, 4);
  CHECK(wrong.grade == Grade::bad);
  CHECK(wrong.code == ExitCode::usage);
  CHECK_THAT(wrong.found, Contains("6 ranks on 3 nodes, 2 on each, not 4"));
  seen.ranks.push_back(report("n2"));
  seen.nodes = nodes_of(seen.ranks);
  const Finding unlike = judge_ranks(seen, 0);
  CHECK(unlike.grade == Grade::bad);
  CHECK_THAT(unlike.found, Contains("2 to 3 on each (unlike are n2)"));
}

TEST_CASE("a node that runs another program or library is named, with the first difference") {
  Observations seen = healthy(3);
  seen.ranks[1].libraries["libhdf5.so.103"] = 1001;
  Finding finding = judge_versions(seen);
  CHECK(finding.grade == Grade::bad);
  CHECK(finding.nodes == n2);
  CHECK_THAT(finding.found, Contains("library libhdf5.so.103: 1001 instead of 1000"));
  seen.ranks[1].versions["radforge"] = "0.0.9";
  CHECK_THAT(judge_versions(seen).found, Contains("radforge: 0.0.9 instead of 0.1.0"));
}

TEST_CASE("of two nodes that run different programs, and where every node has an odd rank, none is to blame") {
  Observations seen = healthy(2);
  seen.ranks[1].versions["radforge"] = "0.0.9";
  CHECK(judge_versions(seen).grade == Grade::bad);
  CHECK(judge_versions(seen).nodes.empty());
  seen = healthy(3, 3);
  for (const std::size_t rank : {2U, 5U, 8U}) {
    seen.ranks[rank].versions["radforge"] = "0.0.9";
  }
  CHECK(judge_versions(seen).grade == Grade::bad);
  CHECK(judge_versions(seen).nodes.empty());
}

TEST_CASE("a library that only some have loaded says nothing, another kernel is a warning") {
  Observations seen = healthy(3);
  seen.ranks[1].libraries["libnss_ldap.so.2"] = 7;
  CHECK(judge_versions(seen).grade == Grade::good);
  seen.ranks[1].machine.kernel = "6.2";
  CHECK(judge_versions(seen).grade == Grade::warning);
}

TEST_CASE("more threads than cores are a warning") {
  Observations seen = healthy(2, 2);
  for (RankReport& rank : seen.ranks) {
    rank.threads = 3;
  }
  const Finding finding = judge_cores(seen);
  CHECK(finding.grade == Grade::warning);
  CHECK_THAT(finding.found, Contains("on n1, n2 there are more threads than cores"));
}

TEST_CASE("little memory is a warning, that names the node") {
  Observations seen = healthy(3);
  seen.ranks[1].machine.memory_bytes = 384 * gib;
  CHECK(judge_memory(seen).grade == Grade::warning);
  CHECK_THAT(judge_memory(seen).found, Contains("n2: 384 GiB"));
  seen = healthy(6);
  for (RankReport& rank : seen.ranks) {
    rank.machine.free_shared_memory_bytes = 1 << 20;
  }
  CHECK_THAT(judge_memory(seen).found, Contains("n1, n2, n3, n4 and 2 more: /dev/shm has 1 MiB left"));
}

TEST_CASE("devices that are ill on a minority of nodes make them bad ones") {
  Observations seen = healthy(3);
  for (RankReport& rank : seen.ranks) {
    rank.machine.gpus = {{"0", "A100", 0, ""}, {"1", "A100", 0, ""}};
    rank.machine.cpus_of_gpus = {{}, {}};
    rank.gpus_of_job = 2;
  }
  CHECK(judge_gpus(seen).grade == Grade::good);
  seen.ranks[1].machine.gpus[1].problem = "its PCIe link has 8 of 16 lanes";
  CHECK(judge_gpus(seen).nodes == n2);
  seen.ranks[1].machine.gpus.pop_back();
  CHECK(judge_gpus(seen).nodes == n2);
  CHECK_THAT(judge_gpus(seen).found, Contains("n2: 1 of the 2 that Slurm has given to the job"));
  for (RankReport& rank : seen.ranks) { // all alike: this is how the machine is
    rank.machine.ports = {{"mlx5_0/1", "200 Gb/sec", 0, ""}, {"mlx5_1/1", "", 0, "its state is 1: DOWN"}};
    rank.machine.is_infiniband = {true, true};
  }
  CHECK(judge_ports(seen).grade == Grade::warning);
  CHECK(judge_ports(seen).nodes.empty());
  seen.ranks[0].machine.ports[1].problem = seen.ranks[2].machine.ports[1].problem = "";
  CHECK(judge_ports(seen).nodes == n2);
  for (RankReport& rank : seen.ranks) { // a spare port of another kind
    rank.machine.is_infiniband[1] = false;
  }
  CHECK(judge_ports(seen).grade == Grade::good);
}

TEST_CASE("of two nodes, and of more devices than others have, none is to blame") {
  Observations seen = healthy(2);
  seen.ranks[0].machine.ports = {{"mlx5_0/1", "", 0, "its state is 1: DOWN"}};
  seen.ranks[1].machine.ports = {{"mlx5_0/1", "", 0, ""}};
  seen.ranks[0].machine.is_infiniband = seen.ranks[1].machine.is_infiniband = {true};
  CHECK(judge_ports(seen).grade == Grade::warning);
  seen = healthy(3);
  seen.ranks[1].machine.gpus = {{"0", "A100", 0, ""}};
  seen.ranks[1].machine.cpus_of_gpus = {{}};
  CHECK(judge_gpus(seen).grade == Grade::warning);
  for (RankReport& rank : seen.ranks) { // slices of GPUs, which the kernel does not count
    rank.gpus_of_job = 8;
  }
  CHECK(judge_gpus(seen).grade == Grade::warning);
}

TEST_CASE("GPUs of a node are those that any of its ranks is shown") {
  Observations seen = healthy(1, 2);
  seen.ranks[0].machine.gpus = {{"0", "A100", 0, ""}};
  seen.ranks[1].machine.gpus = {{"1", "A100", 0, ""}};
  for (RankReport& rank : seen.ranks) {
    rank.machine.cpus_of_gpus = {{}};
    rank.gpus_of_job = 2;
  }
  CHECK(judge_gpus(seen).grade == Grade::good);
  CHECK_THAT(judge_gpus(seen).found, Contains("2 x A100 a node"));
}

TEST_CASE("ranks far from their GPU are a warning") {
  Observations seen = healthy(1, 2);
  for (RankReport& rank : seen.ranks) {
    rank.machine.gpus = {{"0", "A100", 0, ""}, {"1", "A100", 1, ""}};
    rank.machine.cpus_of_gpus = {{0, 1}, {2, 3}};
  }
  seen.ranks[0].machine.cpus = {0};
  seen.ranks[1].machine.cpus = {2};
  CHECK(judge_gpus(seen).grade == Grade::good);
  seen.ranks[1].machine.cpus = {1};
  CHECK_THAT(judge_gpus(seen).found, Contains("far from their GPU"));
}

TEST_CASE("limits, names and clocks warn") {
  Observations seen = healthy(2);
  seen.ranks[1].machine.most_files = 256;
  CHECK_THAT(judge_limits(seen).found, Contains("n2: 256 open files"));
  seen.name_problems[1] = "n1 is not resolved (no)";
  CHECK_THAT(judge_names(seen).found, Contains("n2: n1 is not resolved"));
  seen.clock_offsets[1] = -90;
  CHECK_THAT(judge_clocks(seen).found, Contains("n2 is -90 s off"));
}

TEST_CASE("environments that differ between ranks are told of") {
  Observations seen = healthy(3);
  seen.ranks[2].variables = {{"NCCL_DEBUG", "INFO"}};
  CHECK_THAT(judge_variables(seen).found,
             Contains("rank 2 has another environment than rank 0 (NCCL_DEBUG: INFO instead of none)"));
}

TEST_CASE("a folder that few nodes cannot use is their fault, one that half cannot use is its own") {
  Observations seen = healthy(3);
  seen.folders[1].problem = "cannot create it";
  Finding finding = judge_folder(seen, "runs");
  CHECK(finding.grade == Grade::bad);
  CHECK(finding.nodes == n2);
  CHECK(finding.code == ExitCode::unhealthy);
  CHECK_THAT(finding.found, Contains("n2: cannot create it"));
  seen.folders[0].problem = seen.folders[1].problem;
  finding = judge_folder(seen, "runs");
  CHECK(finding.nodes.empty());
  CHECK(finding.code == ExitCode::io);
  CHECK_THAT(finding.found, Contains("n1, n2: cannot create it"));
}

TEST_CASE("a node that sees another folder than most is to blame, also if it is the first; of two none is") {
  Observations seen = healthy(3);
  seen.folders[1].view = seen.folders[2].view = 1;
  Finding finding = judge_folder(seen, "runs");
  CHECK(finding.nodes == std::vector<std::string>{"n1"});
  CHECK_THAT(finding.found, Contains("n1: 'runs' is not the folder that n2 sees"));
  seen = healthy(2);
  seen.folders[1].view = 1;
  finding = judge_folder(seen, "runs");
  CHECK(finding.grade == Grade::bad);
  CHECK(finding.nodes.empty());
  CHECK(finding.code == ExitCode::io);
}

TEST_CASE("a full disk is nobody's fault") {
  Observations seen = healthy(5);
  seen.folders[1].problem = "No space left on device";
  seen.folders[1].is_full = true;
  CHECK(judge_folder(seen, "runs").nodes.empty());
  CHECK(judge_folder(seen, "runs").code == ExitCode::io);
}

TEST_CASE("little room is a warning") {
  Observations seen = healthy(2);
  seen.folders[1].room.files = 10;
  CHECK(judge_room(seen).grade == Grade::warning);
}

TEST_CASE("a slow link warns beside faster ones, and is bad where more is expected") {
  Observations seen = healthy(3);
  seen.rates.node_gb_s = {10, 1, 10};
  Finding finding = judge_rates(seen, 0);
  CHECK(finding.grade == Grade::warning);
  CHECK_THAT(finding.found, Contains("slow: n2 1 GB/s (less than half of what most reach)"));
  finding = judge_rates(seen, 5);
  CHECK(finding.grade == Grade::bad);
  CHECK(finding.nodes == n2);
  finding = judge_rates(seen, 20); // of all: no other node would do better
  CHECK(finding.grade == Grade::bad);
  CHECK(finding.nodes.empty());
  seen = healthy(2); // whose link it is cannot be told
  seen.rates.node_gb_s = {1, 1};
  CHECK(judge_rates(seen, 5).grade == Grade::bad);
  CHECK(judge_rates(seen, 5).nodes.empty());
  seen = healthy(6); // one between two slow ones has done nothing
  seen.rates.node_gb_s = {10, 1, 1, 1, 10, 10};
  CHECK(judge_rates(seen, 5).nodes == std::vector<std::string>{"n2", "n4"});
}

TEST_CASE("every node is in a pair with each neighbour, and in one pair at a time") {
  CHECK(rounds_of_pairs(1).empty());
  CHECK(rounds_of_pairs(2).size() == 1);
  for (int nodes = 3; nodes <= 9; ++nodes) {
    std::vector<int> degree(static_cast<std::size_t>(nodes));
    for (const auto& round : rounds_of_pairs(nodes)) {
      std::vector<int> uses(static_cast<std::size_t>(nodes));
      for (const auto& [one, other] : round) {
        CHECK((one + 1) % nodes == other);
        for (const int node : {one, other}) {
          ++degree[static_cast<std::size_t>(node)];
          CHECK(++uses[static_cast<std::size_t>(node)] == 1);
        }
      }
    }
    CHECK(degree == std::vector<int>(static_cast<std::size_t>(nodes), 2));
  }
}

TEST_CASE("the verdict is that of the worst finding, and a bad node comes first") {
  Diagnosis diagnosis;
  diagnosis.nodes = {{.host = "n1"}, {.host = "n2"}};
  diagnosis.findings = {{.check = "ranks", .found = "fine"}, {.check = "clocks", .found = "odd", .grade = Grade::warning}};
  CHECK(diagnosis.verdict() == ExitCode::ok);
  CHECK_THAT(diagnosis_table(diagnosis), Contains("fit for work, with 1 warning\n"));
  diagnosis.findings.push_back({.check = "output folder", .found = "full", .grade = Grade::bad, .code = ExitCode::io});
  CHECK(diagnosis.verdict() == ExitCode::io);
  diagnosis.findings.push_back({.check = "memory", .found = "little", .grade = Grade::bad, .nodes = {"n2"}});
  CHECK(diagnosis.verdict() == ExitCode::unhealthy);
  CHECK(diagnosis.bad_nodes() == n2);
  CHECK_THAT(diagnosis_table(diagnosis), Contains("not fit for work: n2\n"));
  CHECK_THAT(diagnosis_json(diagnosis), Contains("\"exclude\": \"n2\"") && Contains("\"exit_code\": 78"));
  diagnosis.findings.back().nodes = {"n2", "n1"}; // all: others would do no better
  CHECK(diagnosis.bad_nodes().empty());
  CHECK(diagnosis.verdict() == ExitCode::io);
}

TEST_CASE("of two machines with one name Slurm cannot leave one out") {
  Diagnosis diagnosis;
  diagnosis.nodes = {{.host = "n1"}, {.host = "n1(rank 1)"}, {.host = "n2"}};
  diagnosis.findings = {{.check = "memory", .found = "little", .grade = Grade::bad, .nodes = {"n1(rank 1)"}}};
  CHECK(diagnosis.verdict() == ExitCode::unhealthy);
  CHECK_THAT(diagnosis_json(diagnosis), Contains("\"exclude\": \"\""));
}
