#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <unordered_map>

namespace radforge {

/// The tables beside MIMIC-CXR's list of images. Errors: DataError (broken table, missing column).

/// The provider's split of each image, by dicom_id.
std::unordered_map<std::string, std::string> read_mimic_splits(const std::filesystem::path& path);

/// A patient of MIMIC-IV. Dates are shifted by years of the patient's own: ages count from the anchor.
struct MimicPatient {
  std::string sex;
  int anchor_age = 0; ///< years; 0 unknown
  int anchor_year = 0;
};

std::unordered_map<std::uint64_t, MimicPatient> read_mimic_patients(const std::filesystem::path& path);

/// Race as a patient's first admission has it, in the column "race" since MIMIC-IV 2, "ethnicity" before.
std::unordered_map<std::uint64_t, std::string> read_mimic_races(const std::filesystem::path& path);

} // namespace radforge
