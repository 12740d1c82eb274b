#include "radforge/doctor/diagnosis.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace radforge {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Device, name, model, numa_node, problem)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(NodeFacts, host, ranks, num_cpus, memory_bytes, gpus, ports, folder_write_mb_s, folder_sync_ms,
                                   rate_gb_s, clock_offset_s)

namespace {

const char* name_of(Grade grade) {
  switch (grade) {
  case Grade::good:
    return "ok";
  case Grade::warning:
    return "warning";
  case Grade::bad:
    return "bad";
  }
  return "";
}

std::size_t count_of(const Diagnosis& diagnosis, Grade grade) {
  return static_cast<std::size_t>(std::ranges::count(diagnosis.findings, grade, &Finding::grade));
}

std::string verdict_text(const Diagnosis& diagnosis) {
  const std::vector<std::string> bad = diagnosis.bad_nodes();
  if (!bad.empty()) {
    return fmt::format("not fit for work: {}", fmt::join(bad, ", "));
  }
  if (count_of(diagnosis, Grade::bad) > 0) {
    return "not fit for work";
  }
  const std::size_t warnings = count_of(diagnosis, Grade::warning);
  return warnings == 0 ? "fit for work" : fmt::format("fit for work, with {} warning{}", warnings, warnings == 1 ? "" : "s");
}

// As sbatch --exclude takes them: of two machines with one name there is no name for one.
std::string excluded(const Diagnosis& diagnosis) {
  std::vector<std::string> bad = diagnosis.bad_nodes();
  std::erase_if(bad, [](const std::string& name) { return name.ends_with(')'); });
  return fmt::format("{}", fmt::join(bad, ","));
}

} // namespace

std::vector<std::string> Diagnosis::bad_nodes() const {
  std::vector<std::string> bad;
  for (const NodeFacts& node : nodes) {
    const bool is_bad = std::ranges::any_of(findings, [&](const Finding& finding) {
      return finding.grade == Grade::bad && std::ranges::count(finding.nodes, node.host) > 0;
    });
    if (is_bad) {
      bad.push_back(node.host);
    }
  }
  return bad.size() < nodes.size() ? bad : std::vector<std::string>(); // where all are, other nodes would do no better
}

ExitCode Diagnosis::verdict() const {
  if (!bad_nodes().empty()) {
    return ExitCode::unhealthy;
  }
  const auto bad = std::ranges::find(findings, Grade::bad, &Finding::grade);
  return bad == findings.end() ? ExitCode::ok : bad->code;
}

std::string diagnosis_table(const Diagnosis& diagnosis) {
  std::string text;
  for (const Finding& finding : diagnosis.findings) {
    text += fmt::format("{:<8} {:<14} {}\n", name_of(finding.grade), finding.check, finding.found);
  }
  return text + verdict_text(diagnosis) + "\n";
}

std::string diagnosis_json(const Diagnosis& diagnosis) {
  nlohmann::ordered_json findings = nlohmann::ordered_json::array();
  for (const Finding& finding : diagnosis.findings) {
    findings.push_back(
        {{"check", finding.check}, {"grade", name_of(finding.grade)}, {"found", finding.found}, {"nodes", finding.nodes}});
  }
  const nlohmann::ordered_json all{{"schema_version", 1},
                                   {"verdict", verdict_text(diagnosis)},
                                   {"exit_code", static_cast<int>(diagnosis.verdict())},
                                   {"exclude", excluded(diagnosis)},
                                   {"findings", findings},
                                   {"nodes", nlohmann::json(diagnosis.nodes)}};
  return all.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

} // namespace radforge
