#include "nvidia_smi.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <memory>
#include <sstream>
#include <string_view>
#include <vector>

namespace radforge {

namespace {

constexpr std::int64_t mib = std::int64_t{1} << 20;

// The fields of each line of what the program prints; nothing if it fails, as an old one does that does not know a field.
std::vector<std::vector<std::string>> query(const std::string& program, const std::string& fields) {
  const std::string command =
      fmt::format("timeout 20 '{}' --query-gpu=pci.bus_id,{} --format=csv,noheader,nounits 2>/dev/null", program, fields);
  const auto close = [](std::FILE* pipe) { pclose(pipe); };
  std::string text;
  {
    const std::unique_ptr<std::FILE, decltype(close)> pipe(popen(command.c_str(), "r"), close);
    std::array<char, 4096> buffer;
    for (std::size_t count = 1; pipe && count > 0;) {
      count = std::fread(buffer.data(), 1, buffer.size(), pipe.get());
      text.append(buffer.data(), count);
    }
  }
  std::vector<std::vector<std::string>> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    std::vector<std::string> found;
    std::istringstream parts(line);
    for (std::string part; std::getline(parts, part, ',');) {
      const auto begin = part.find_first_not_of(' ');
      found.push_back(begin == std::string::npos ? "" : part.substr(begin, part.find_last_not_of(" \r") - begin + 1));
    }
    if (found.size() == 1 + static_cast<std::size_t>(std::ranges::count(fields, ',') + 1)) {
      lines.push_back(found);
    }
  }
  return lines;
}

// "00000000:3B:00.0" is "0000:3b:00.0" in the kernel's words.
std::string bus_of(std::string text) {
  constexpr std::size_t length = std::string_view("0000:3b:00.0").size();
  text.erase(0, text.size() > length ? text.size() - length : 0);
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

// 0 for "[N/A]" and the like.
std::int64_t count_of(const std::string& text) {
  std::istringstream stream(text);
  std::int64_t value = 0;
  return stream >> value ? value : 0;
}

void add(std::string& problem, const std::string& more) { problem += (problem.empty() ? "" : ", ") + more; }

} // namespace

std::map<std::string, GpuHealth> ask_nvidia_smi(const std::string& program) {
  std::map<std::string, GpuHealth> all;
  for (const auto& fields : query(program, "memory.total,ecc.errors.uncorrected.volatile.total")) {
    GpuHealth& gpu = all[bus_of(fields[0])];
    gpu.memory_bytes = count_of(fields[1]) * mib;
    if (const std::int64_t count = count_of(fields[2]); count > 0) {
      add(gpu.problem, fmt::format("{} uncorrected ECC errors of its memory since the driver was started", count));
    }
  }
  for (const auto& fields : query(program, "remapped_rows.pending,remapped_rows.failure")) {
    if (fields[1] == "Yes" || count_of(fields[1]) > 0) {
      add(all[bus_of(fields[0])].problem, "rows of its memory wait to be replaced until it is reset");
    }
    if (fields[2] == "Yes" || count_of(fields[2]) > 0) {
      add(all[bus_of(fields[0])].problem, "rows of its memory could not be replaced");
    }
  }
  for (const auto& fields : query(program, "clocks_throttle_reasons.hw_slowdown")) {
    if (fields[1] == "Active") {
      add(all[bus_of(fields[0])].problem, "it has slowed down for heat or power");
    }
  }
  return all;
}

} // namespace radforge
