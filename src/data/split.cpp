#include "radforge/core/error.hpp"
#include "radforge/core/hash.hpp"
#include "radforge/core/philox.hpp"
#include "radforge/data/manifest.hpp"

#include <fmt/format.h>

#include <map>
#include <string>
#include <vector>

namespace radforge {

std::string split_of(std::string_view patient, const SplitConfig& split, std::uint64_t seed) {
  const double place = uniform({.seed = seed, .stream = Stream::split, .id = hash64(patient)});
  if (place < split.train) {
    return "train";
  }
  return place < split.train + split.validation ? "validation" : "test";
}

void require_disjoint_patients(const std::vector<ManifestRow>& rows) {
  constexpr std::size_t max_named = 10;
  std::map<std::string_view, const SampleRecord*> first_of_patient;
  std::map<std::string_view, std::string> leaks;
  for (const ManifestRow& row : rows) {
    const auto [known, added] = first_of_patient.try_emplace(row.record.patient, &row.record);
    const SampleRecord& first = *known->second;
    if (!added && first.split != row.record.split) {
      leaks.try_emplace(row.record.patient, fmt::format("{}: {} is in {}, {} in {}", row.record.patient, first.source,
                                                        first.split, row.record.source, row.record.split));
    }
  }
  if (leaks.empty()) {
    return;
  }
  std::vector<std::string> named;
  for (const auto& [patient, text] : leaks) {
    if (named.size() < max_named) {
      named.push_back(text);
    }
  }
  throw DataError("{} patients are in two splits ({}{}) images of one patient must stay together: mend the providers' splits, or "
                  "set split.source to hash",
                  leaks.size(), fmt::join(named, "; "), leaks.size() > max_named ? "; and more" : "");
}

} // namespace radforge
