#include "radforge/data/patient_set.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"
#include "radforge/core/hash.hpp"

#include <algorithm>
#include <sstream>
#include <string_view>

namespace radforge {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view head = "# patients that trained this: XXH3-128 of namespace/number\n";
constexpr std::string_view unknown_mark = "# of unknown patients: ";

bool is_digest(const std::string& line) {
  return line.size() == 32 && line.find_first_not_of("0123456789abcdef") == std::string::npos;
}

} // namespace

PatientSet::PatientSet(const Mixture& data) {
  for (const SamplerSource& source : data.training()) {
    for (const std::int64_t id : source.ids) {
      if (const std::string& patient = data.record(id).patient; !patient.empty()) {
        add(patient);
      }
    }
  }
  for (const fs::path& folder : data.folders()) {
    read_from(folder);
  }
}

void PatientSet::add(const std::string& patient) { digests_.insert(digest(patient)); }

bool PatientSet::contains(const std::string& patient) const { return digests_.contains(digest(patient)); }

void PatientSet::add_origin(const fs::path& path) {
  const fs::path above = path.parent_path();
  for (const fs::path& candidate : {path, path / "pipeline", above, above.parent_path()}) {
    if (!candidate.empty() && read_from(candidate)) {
      return;
    }
  }
  unknown_origins_.insert(path.string());
}

bool PatientSet::read_from(const fs::path& folder) {
  const fs::path path = folder / file_name;
  if (!fs::exists(path)) {
    return false;
  }
  std::istringstream lines(read_file(path));
  std::string line;
  for (std::int64_t number = 1; std::getline(lines, line); ++number) {
    if (line.starts_with(unknown_mark)) {
      unknown_origins_.insert(line.substr(unknown_mark.size()));
    } else if (is_digest(line)) {
      digests_.insert(line);
    } else if (!line.starts_with('#')) {
      throw DataError("{}:{}: '{}' is no digest of a patient (the file is damaged). Bring it back from the run that wrote it",
                      path.string(), number, line);
    }
  }
  return true;
}

void PatientSet::write(const fs::path& folder) const {
  std::string text(head);
  for (const std::string& origin : unknown_origins_) {
    text += fmt::format("{}{}\n", unknown_mark, origin);
  }
  for (const std::string& one : digests_) {
    text += one + "\n";
  }
  write_file_atomically(folder / file_name, text);
}

} // namespace radforge
