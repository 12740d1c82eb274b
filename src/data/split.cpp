#include "radforge/core/error.hpp"
#include "radforge/core/hash.hpp"
#include "radforge/core/philox.hpp"
#include "radforge/data/manifest.hpp"

#include <map>

namespace radforge {

std::string split_of(std::string_view patient, const SplitConfig& split, std::uint64_t seed) {
  const double place = uniform({.seed = seed, .stream = Stream::split, .id = hash64(patient)});
  if (place < split.train) {
    return "train";
  }
  return place < split.train + split.validation ? "validation" : "test";
}

void require_disjoint_patients(const std::vector<ManifestRow>& rows) {
  std::map<std::string_view, const SampleRecord*> first_of_patient;
  for (const ManifestRow& row : rows) {
    const auto [known, added] = first_of_patient.try_emplace(row.record.patient, &row.record);
    const SampleRecord& first = *known->second;
    if (!added && first.split != row.record.split) {
      throw DataError("patient {} is in two splits ({} is in {}, {} in {}) images of one patient must stay together",
                      row.record.patient, first.source, first.split, row.record.source, row.record.split);
    }
  }
}

} // namespace radforge
