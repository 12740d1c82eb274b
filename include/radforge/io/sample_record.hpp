#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace radforge {

/// What one row of a shard holds: an 8-bit image, or what a frozen model made of one, and what is known of it. Unknown text is
/// empty, unknown numbers are -1.
struct SampleRecord {
  std::int64_t id = 0;              ///< the row's number in the data set
  std::vector<std::uint8_t> pixels; ///< height x width x channels, row-major; of other kinds than images their values' bytes
  std::string source;    ///< site and image, "nih/images/00000001_000.png"; "synthetic/<number drawn>" for a synthetic image
  std::string patient;   ///< "namespace/number", the unit of splits; empty for a synthetic image
  std::string split;     ///< "train", "validation", "test"; empty for a synthetic image
  std::string sex;       ///< "M", "F"
  float age = -1;        ///< years
  std::string age_group; ///< "0-17", "18-39", "40-59", "60-79", "80+"
  std::string race;
  std::string view; ///< "PA", "AP"
  std::string prompt;
  std::string status = "ok";         ///< "ok", or "rejected": an image that cannot be read, or that no attempt could make
  std::vector<std::int8_t> findings; ///< 1 present, 0 absent, -1 unknown; one each of the data set's finding names
  // Of a generated image:
  std::int32_t attempt = 0;              ///< whose noise it was made of; of a rejected row the last one
  std::vector<float> check_scores;       ///< one each of the schema's checks
  std::vector<std::int8_t> check_passed; ///< 1 passed, 0 failed, -1 not asked
};

/// The site that the image is from: what stands before the first slash of `source`.
std::string site_of(const SampleRecord& record);

/// The record's "sex", "age_group", "race" or "view"; empty where unknown. Errors: InternalError for another attribute.
const std::string& attribute_of(const SampleRecord& record, std::string_view attribute);

/// "sex=F age_group=40-59"; "unknown" where an attribute is.
std::string subgroup_of(const SampleRecord& record, const std::vector<std::string>& attributes);

/// Why the record's text cannot be stored in a shard: "source of 200 bytes is longer than its column of 128 ..."; empty if it
/// can.
std::string text_problem(const SampleRecord& record);

} // namespace radforge
