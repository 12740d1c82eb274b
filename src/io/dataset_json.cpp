#include "dataset_json.hpp"

#include "radforge/core/error.hpp"
#include "radforge/core/hash.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>

namespace radforge {
namespace {

using Json = nlohmann::json;

constexpr std::string_view own_digest_key = "\"digest\": \"";
constexpr std::size_t num_digits = 32;

/// Digest of the document with zeros in place of its own digest, whose digits begin at `digits`.
std::string own_digest(std::string text, std::size_t digits) {
  text.replace(digits, num_digits, num_digits, '0');
  return digest(text);
}

/// A part of the document that knows where it stands, so that a fault can be named.
class Field {
 public:
  Field(const Json& value, std::string place, const std::string& file) : value_(value), place_(std::move(place)), file_(file) {}

  Field operator[](const char* key) const {
    if (!value_.is_object() || !value_.contains(key)) {
      refuse(fmt::format("has no '{}'", key));
    }
    return {value_.at(key), place_.empty() ? key : place_ + "." + key, file_};
  }

  std::string text() const {
    if (!value_.is_string()) {
      refuse("is not text");
    }
    return value_.get<std::string>();
  }

  std::int64_t number(std::int64_t least, std::int64_t most = std::numeric_limits<std::int64_t>::max()) const {
    const bool fits = value_.is_number_integer() && !(value_.is_number_unsigned() && value_.get<std::uint64_t>() > INT64_MAX);
    if (!fits || value_.get<std::int64_t>() < least || value_.get<std::int64_t>() > most) {
      refuse(fmt::format("is not a whole number from {} to {}", least, most));
    }
    return value_.get<std::int64_t>();
  }

  std::string digest_text() const {
    const std::string hex = text();
    if (hex.size() != 32 || hex.find_first_not_of("0123456789abcdef") != std::string::npos) {
      refuse("is not a digest of 32 hex digits");
    }
    return hex;
  }

  double real(double above) const {
    if (!value_.is_number() || !(value_.get<double>() > above)) {
      refuse(fmt::format("is not a number above {}", above));
    }
    return value_.get<double>();
  }

  bool has(const char* key) const { return value_.is_object() && value_.contains(key); }

  std::vector<Field> items() const {
    if (!value_.is_array()) {
      refuse("is not a list");
    }
    std::vector<Field> fields;
    for (std::size_t i = 0; i < value_.size(); ++i) {
      fields.emplace_back(value_[i], fmt::format("{}[{}]", place_, i), file_);
    }
    return fields;
  }

  std::map<std::string, Field> members() const {
    if (!value_.is_object()) {
      refuse("is not an object");
    }
    std::map<std::string, Field> fields;
    for (const auto& [key, value] : value_.items()) {
      fields.emplace(key, Field(value, place_ + "." + key, file_));
    }
    return fields;
  }

  [[noreturn]] void refuse(const std::string& problem) const {
    throw DataError("{}: {} {} (docs/data-format.md); make the data set again", file_, place_.empty() ? "the document" : place_,
                    problem);
  }

 private:
  const Json& value_;
  std::string place_;
  const std::string& file_;
};

std::vector<std::string> parse_digests(const Field& field, std::int64_t num_rows) {
  std::vector<std::string> digests;
  for (const Field& row : field.items()) {
    digests.push_back(row.digest_text());
  }
  if (static_cast<std::int64_t>(digests.size()) != num_rows) {
    field.refuse(fmt::format("has {} entries for {} rows", digests.size(), num_rows));
  }
  return digests;
}

ShardSummary parse_shard(const Field& field) {
  ShardSummary shard;
  shard.file = field["file"].text();
  // Files are looked up beside the index: a name with a folder in it would lead elsewhere.
  const bool has_control = std::ranges::any_of(shard.file, [](unsigned char c) { return c < 0x20; });
  if (has_control || shard.file.empty() || shard.file.find_first_of("/\\") != std::string::npos || shard.file.starts_with('.')) {
    field["file"].refuse("is not a plain file name");
  }
  shard.first_id = field["first_id"].number(0);
  shard.num_rows = field["num_rows"].number(1);
  shard.num_bytes = field["num_bytes"].number(1);
  shard.file_digest = field["file_digest"].digest_text();
  shard.row_digests = parse_digests(field["row_digests"], shard.num_rows);
  shard.pixel_digests = parse_digests(field["pixel_digests"], shard.num_rows);
  return shard;
}

constexpr std::int64_t largest_side = 65'536;

DatasetSchema parse_schema(const Field& field) {
  DatasetSchema schema;
  schema.height = static_cast<int>(field["height"].number(1, largest_side));
  schema.width = static_cast<int>(field["width"].number(1, largest_side));
  schema.channels = static_cast<int>(field["channels"].number(1, largest_side));
  for (const Field& finding : field["findings"].items()) {
    schema.findings.push_back(finding.text());
  }
  if (field.has("generation")) {
    const Field generation = field["generation"];
    schema.generation = Generation{generation["model_digest"].digest_text(), generation["seed"].number(0), {}};
    for (const Field& check : generation["checks"].items()) {
      schema.generation->checks.push_back(check.text());
    }
  }
  if (!field.has("kind")) { // images, which every data set held at first
    return schema;
  }
  const std::optional<ValueKind> kind = value_kind_of(field["kind"].text());
  const std::optional<ValueType> type = value_type_of(field["type"].text());
  if (!kind || *kind == ValueKind::images) {
    field["kind"].refuse("is neither latents nor text_states");
  }
  if (!type || *type == ValueType::uint8) {
    field["type"].refuse("is neither float16 nor float32");
  }
  schema.kind = *kind;
  schema.type = *type;
  schema.encoding.model_digest = field["model_digest"].digest_text();
  if (schema.kind == ValueKind::latents) {
    schema.encoding.image_height = static_cast<int>(field["image_height"].number(1, largest_side));
    schema.encoding.image_width = static_cast<int>(field["image_width"].number(1, largest_side));
    schema.encoding.image_channels = static_cast<int>(field["image_channels"].number(1, largest_side));
    schema.encoding.scaling_factor = field["scaling_factor"].real(0);
  }
  return schema;
}

nlohmann::ordered_json schema_json(const DatasetSchema& schema) {
  nlohmann::ordered_json json = {
      {"height", schema.height}, {"width", schema.width}, {"channels", schema.channels}, {"findings", schema.findings}};
  if (schema.generation) {
    json["generation"] = {{"model_digest", schema.generation->model_digest},
                          {"seed", schema.generation->seed},
                          {"checks", schema.generation->checks}};
  }
  if (schema.kind == ValueKind::images) {
    return json;
  }
  json["kind"] = name_of(schema.kind);
  json["type"] = name_of(schema.type);
  json["model_digest"] = schema.encoding.model_digest;
  if (schema.kind == ValueKind::latents) {
    json["image_height"] = schema.encoding.image_height;
    json["image_width"] = schema.encoding.image_width;
    json["image_channels"] = schema.encoding.image_channels;
    json["scaling_factor"] = schema.encoding.scaling_factor;
  }
  return json;
}

/// Shard k holds ids from k * rows_per_shard on, and only the last may be short.
void check_ids(const DatasetIndex& index, const Field& shards) {
  for (std::size_t k = 0; k < index.shards.size(); ++k) {
    const ShardSummary& shard = index.shards[k];
    const bool last = k + 1 == index.shards.size();
    if (shard.first_id / index.rows_per_shard != static_cast<std::int64_t>(k) || shard.first_id % index.rows_per_shard != 0 ||
        shard.num_rows > index.rows_per_shard || (!last && shard.num_rows != index.rows_per_shard)) {
      shards.refuse(fmt::format("do not hold ids in order: shard {} has {} rows from id {}, at {} rows a shard", k,
                                shard.num_rows, shard.first_id, index.rows_per_shard));
    }
  }
}

} // namespace

std::string dataset_json(const DatasetIndex& index) {
  nlohmann::ordered_json json;
  json["schema_version"] = DatasetIndex::schema_version;
  json["name"] = index.name;
  json["config_digest"] = index.config_digest;
  json["schema"] = schema_json(index.schema);
  json["num_rows"] = index.num_rows();
  json["rows_per_shard"] = index.rows_per_shard;
  json["counts"] = index.counts;
  json["shards"] = nlohmann::ordered_json::array();
  for (const ShardSummary& shard : index.shards) {
    json["shards"].push_back({{"file", shard.file},
                              {"first_id", shard.first_id},
                              {"num_rows", shard.num_rows},
                              {"num_bytes", shard.num_bytes},
                              {"file_digest", shard.file_digest},
                              {"row_digests", shard.row_digests},
                              {"pixel_digests", shard.pixel_digests}});
  }
  json["virtual_file"] = {{"file", DatasetIndex::virtual_file_name},
                          {"num_bytes", index.virtual_file.num_bytes},
                          {"file_digest", index.virtual_file.file_digest}};
  if (index.text_states) {
    json["text_states"] = {{"file", std::string(DatasetIndex::text_states_folder) + "/" + DatasetIndex::file_name},
                           {"num_bytes", index.text_states->num_bytes},
                           {"file_digest", index.text_states->file_digest}};
  }
  json["digest"] = std::string(num_digits, '0');
  std::string text = json.dump(1) + "\n";
  const std::size_t digits = text.rfind(own_digest_key) + own_digest_key.size();
  return text.replace(digits, num_digits, own_digest(text, digits));
}

DatasetIndex parse_dataset_json(std::string_view text, const std::string& file) {
  const Json json = Json::parse(text.begin(), text.end(), nullptr, false);
  if (json.is_discarded()) {
    throw DataError("{}: not JSON (damaged or cut off); make the data set again", file);
  }
  const Field root(json, "", file);
  DatasetIndex index;
  if (const std::int64_t version = root["schema_version"].number(1); version != DatasetIndex::schema_version) {
    throw DataError("{}: schema version {} (this program reads {}); use the program that made it, or make it again", file,
                    version, DatasetIndex::schema_version);
  }
  index.name = root["name"].text();
  index.config_digest = root["config_digest"].text();
  index.schema = parse_schema(root["schema"]);
  index.rows_per_shard = root["rows_per_shard"].number(1);
  for (const auto& [column, values] : root["counts"].members()) {
    for (const auto& [value, rows] : values.members()) {
      index.counts[column][value] = rows.number(0);
    }
  }
  for (const Field& shard : root["shards"].items()) {
    index.shards.push_back(parse_shard(shard));
  }
  index.virtual_file = {root["virtual_file"]["num_bytes"].number(1), root["virtual_file"]["file_digest"].digest_text()};
  if (root.has("text_states")) {
    const Field states = root["text_states"];
    index.text_states = FileSummary{states["num_bytes"].number(1), states["file_digest"].digest_text()};
  }
  check_ids(index, root["shards"]);
  if (root["num_rows"].number(0) != index.num_rows()) {
    root["num_rows"].refuse(fmt::format("differs from the {} rows of the shards", index.num_rows()));
  }
  const std::size_t digits = text.rfind(own_digest_key) + own_digest_key.size();
  const std::string expected = root["digest"].digest_text();
  if (text.substr(std::min(digits, text.size()), num_digits) != expected || own_digest(std::string(text), digits) != expected) {
    throw DataError("{}: differs from its own digest (damaged, or edited by hand); make the data set again", file);
  }
  return index;
}

} // namespace radforge
