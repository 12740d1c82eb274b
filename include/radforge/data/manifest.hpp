#pragma once

#include "radforge/config/prepare_config.hpp"
#include "radforge/io/sample_record.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace radforge {

/// A row of a site table that no image is made of, and why: "reason" or "reason: detail".
struct Rejection {
  std::string site;
  std::size_t line = 0; ///< of the site's table
  std::string image;
  std::string reason;
};

/// An accepted row: its record (ids count accepted rows; pixels empty) and the file its image is in.
struct ManifestRow {
  SampleRecord record;
  std::filesystem::path image;
  std::size_t line = 0;
};

/// The typed rows of all sites in table order, with patient split and prompt, and every rejected row with its reason.
struct Manifest {
  std::vector<ManifestRow> rows;
  std::vector<Rejection> rejections;

  /// Without the details.
  std::map<std::string, std::size_t> rejections_by_reason() const;
};

/// Reads the sites' tables; opens no image (missing image files are rejections). Errors: ConfigError (no such site folder, a
/// finding that is a column of no table, unknown field in the prompt), DataError (broken table, missing column, a patient in two
/// splits).
Manifest read_manifest(const PrepareConfig& config);

/// Split of a patient by a hash of (namespace, patient): the same for every image, site order and run with this seed.
std::string split_of(std::string_view patient, const SplitConfig& split, std::uint64_t seed);

/// Errors: DataError naming the patient and both images if a patient is in two splits.
void require_disjoint_patients(const std::vector<ManifestRow>& rows);

} // namespace radforge
