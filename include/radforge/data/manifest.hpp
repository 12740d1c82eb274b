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
  /// A fault counts against max_rejected_fraction; a choice of the configuration or the provider does not.
  enum class Kind { fault, choice };

  std::string site;
  std::size_t line = 0; ///< of the site's table
  std::string image;
  std::string reason;
  Kind kind = Kind::fault;
};

/// An accepted row: its record (ids count accepted rows; pixels empty) and where its image is.
struct ManifestRow {
  SampleRecord record;
  std::size_t site = 0; ///< position in PrepareConfig::sites
  std::size_t line = 0; ///< of the site's table
};

/// The typed rows of all sites in table order, with patient split and prompt, and every rejected row with its reason.
struct Manifest {
  std::vector<ManifestRow> rows;
  std::vector<Rejection> rejections;
  /// What people should know of the sites' tables -> rows: "mimic: report missing".
  std::map<std::string, std::size_t> notes;
};

/// Reads the sites' tables; opens no image file. Errors: ConfigError (no such site folder, a finding that no site knows, unknown
/// field in the prompt), DataError (broken table, missing column, a patient in two splits).
Manifest read_manifest(const PrepareConfig& config);

/// Path of the row's image below its site's root, and with the root.
std::string image_of(const ManifestRow& row);
std::filesystem::path image_path(const PrepareConfig& config, const ManifestRow& row);

/// Split of a patient by a hash of (namespace, patient): the same for every image, site order and run with this seed.
std::string split_of(std::string_view patient, const SplitConfig& split, std::uint64_t seed);

/// Errors: DataError naming the patient and both images if a patient is in two splits.
void require_disjoint_patients(const std::vector<ManifestRow>& rows);

} // namespace radforge
