#include "safetensors_header.hpp"

#include "radforge/core/error.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <set>
#include <utility>

namespace radforge {
namespace {

constexpr std::array<std::pair<TensorType, std::string_view>, 8> type_names{{
    {TensorType::f64, "F64"},
    {TensorType::f32, "F32"},
    {TensorType::f16, "F16"},
    {TensorType::bf16, "BF16"},
    {TensorType::i64, "I64"},
    {TensorType::i32, "I32"},
    {TensorType::u8, "U8"},
    {TensorType::boolean, "BOOL"},
}};

constexpr std::string_view metadata_key = "__metadata__";

/// Takes the header's events one by one, so that nesting is refused where it begins and nothing deeper than the format's two
/// levels is ever built, and so that duplicate keys are seen.
class HeaderSax : public nlohmann::json_sax<nlohmann::json> {
 public:
  HeaderSax(SafetensorsHeader& header, const std::string& file) : header_(header), file_(file) {}

  bool null() override { return unexpected("null"); }
  bool boolean(bool) override { return unexpected("a boolean"); }
  bool number_integer(number_integer_t) override { return unexpected("a negative number"); }
  bool number_float(number_float_t, const string_t&) override { return unexpected("a number with a fraction"); }
  bool binary(binary_t&) override { return unexpected("binary data"); }

  bool number_unsigned(number_unsigned_t value) override {
    if (place_ != Place::array) {
      return unexpected("a number");
    }
    if (numbers_.size() == max_safetensors_dimensions) {
      throw DataError("{}: more than {} numbers in {} of tensor '{}'; the file is damaged or hostile", file_,
                      max_safetensors_dimensions, field_, key_);
    }
    numbers_.push_back(value);
    return true;
  }

  bool string(string_t& value) override {
    if (place_ == Place::metadata) {
      header_.metadata[field_] = value;
      return true;
    }
    if (place_ != Place::tensor || field_ != "dtype") {
      return unexpected("a string");
    }
    const auto known = std::find_if(type_names.begin(), type_names.end(), [&](const auto& pair) { return pair.second == value; });
    if (known == type_names.end()) {
      throw DataError(
          "{}: unknown dtype '{}' of tensor '{}' (known: F64, F32, F16, BF16, I64, I32, U8, BOOL); convert the tensor", file_,
          value.size() <= 16 ? value : fmt::format("of {} bytes", value.size()), key_);
    }
    entry_.type = known->first;
    return true;
  }

  bool start_object(std::size_t) override {
    switch (place_) {
    case Place::outside:
      place_ = Place::top;
      return true;
    case Place::top:
      place_ = key_ == metadata_key ? Place::metadata : Place::tensor;
      entry_ = {};
      entry_.name = key_;
      fields_.clear();
      return true;
    default:
      return unexpected("an object");
    }
  }

  bool key(string_t& value) override {
    if (value.size() > max_safetensors_name_bytes) {
      throw DataError(
          "{}: a name of {} bytes in the header (at most {} are read, after key '{}'); the file is damaged or hostile", file_,
          value.size(), max_safetensors_name_bytes, key_);
    }
    if (place_ == Place::top) {
      require_count(keys_.size(), "tensors");
      key_ = value;
      if (!keys_.insert(value).second) {
        throw DataError("{}: duplicate tensor name '{}' in the header (which one is meant is undefined); write the file again",
                        file_, value);
      }
      return true;
    }
    require_count(fields_.size(), "keys of metadata");
    field_ = value;
    if (!fields_.insert(value).second) {
      throw DataError("{}: duplicate key '{}' in the header's '{}'; write the file again", file_, value, key_);
    }
    if (place_ == Place::tensor && value != "dtype" && value != "shape" && value != "data_offsets") {
      throw DataError("{}: unknown key '{}' of tensor '{}' (a tensor has dtype, shape, data_offsets); write the file again",
                      file_, value, key_);
    }
    return true;
  }

  bool end_object() override {
    if (place_ == Place::tensor) {
      for (const char* field : {"dtype", "shape", "data_offsets"}) {
        if (!fields_.contains(field)) {
          throw DataError("{}: tensor '{}' has no {} in the header; write the file again", file_, key_, field);
        }
      }
      header_.entries.push_back(std::move(entry_));
    }
    place_ = place_ == Place::top ? Place::outside : Place::top;
    return true;
  }

  bool start_array(std::size_t) override {
    if (place_ != Place::tensor || field_ == "dtype") {
      return unexpected("an array");
    }
    numbers_.clear();
    place_ = Place::array;
    return true;
  }

  bool end_array() override {
    place_ = Place::tensor;
    if (field_ == "shape") {
      for (const std::uint64_t length : numbers_) {
        if (length > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
          throw DataError("{}: the shape of tensor '{}' overflows (a side of {}); write the file again", file_, key_, length);
        }
        entry_.shape.push_back(static_cast<std::int64_t>(length));
      }
      return true;
    }
    if (numbers_.size() != 2 || numbers_[0] > numbers_[1]) {
      throw DataError("{}: data_offsets of tensor '{}' are not [begin, end] with begin <= end; write the file again", file_,
                      key_);
    }
    entry_.begin = numbers_[0];
    entry_.end = numbers_[1];
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
    throw DataError("{}: the header is not JSON (at its byte {}); the file is damaged or no safetensors file", file_, position);
  }

 private:
  enum class Place { outside, top, metadata, tensor, array };

  bool unexpected(std::string_view what) const {
    throw DataError("{}: {} where the header of a safetensors file has none (at key '{}'); write the file again", file_, what,
                    key_);
  }

  void require_count(std::size_t count, std::string_view what) const {
    if (count == max_safetensors_entries) {
      throw DataError("{}: more than {} {} in the header; the file is damaged or hostile", file_, max_safetensors_entries, what);
    }
  }

  SafetensorsHeader& header_;
  const std::string& file_;
  Place place_ = Place::outside;
  std::string key_;
  std::string field_;
  SafetensorsEntry entry_;
  std::vector<std::uint64_t> numbers_;
  std::set<std::string> keys_;
  std::set<std::string> fields_;
};

/// Bytes of a tensor; nothing if that overflows, or would without the sides of length 0: strides are products of those too.
std::optional<std::uint64_t> num_bytes_of(const SafetensorsEntry& entry) {
  auto product = static_cast<std::int64_t>(size_of(entry.type));
  bool is_empty = false;
  for (const std::int64_t length : entry.shape) {
    is_empty = is_empty || length == 0;
    if (__builtin_mul_overflow(product, std::max<std::int64_t>(length, 1), &product)) {
      return std::nullopt;
    }
  }
  return is_empty ? 0 : static_cast<std::uint64_t>(product);
}

void check_sizes(const SafetensorsHeader& header, const std::string& file) {
  for (const SafetensorsEntry& entry : header.entries) {
    const std::optional<std::uint64_t> bytes = num_bytes_of(entry);
    if (!bytes) {
      throw DataError("{}: the shape of tensor '{}' overflows (its size is beyond 63 bits); write the file again", file,
                      entry.name);
    }
    if (*bytes != entry.end - entry.begin) {
      throw DataError("{}: tensor '{}' has {} bytes where its shape and dtype need {}; write the file again", file, entry.name,
                      entry.end - entry.begin, *bytes);
    }
  }
}

/// The format allows neither holes nor overlaps, so that no byte of a file is unexplained.
void check_tiling(const SafetensorsHeader& header, std::uint64_t data_bytes, const std::string& file) {
  std::uint64_t expected = 0;
  for (const SafetensorsEntry& entry : header.entries) {
    if (entry.end > data_bytes) {
      throw DataError("{}: tensor '{}' ends at byte {} of the data, which has {} (truncated?); copy the file again", file,
                      entry.name, entry.end, data_bytes);
    }
    if (entry.begin != expected) {
      throw DataError("{}: {} before tensor '{}' (it begins at byte {} of the data, expected {}); write the file again", file,
                      entry.begin < expected ? "overlap" : "hole", entry.name, entry.begin, expected);
    }
    expected = entry.end;
  }
  if (expected != data_bytes) {
    throw DataError("{}: {} bytes behind the last tensor (every byte must belong to a tensor); write the file again", file,
                    data_bytes - expected);
  }
}

} // namespace

std::size_t size_of(TensorType type) {
  switch (type) {
  case TensorType::f64:
  case TensorType::i64:
    return 8;
  case TensorType::f32:
  case TensorType::i32:
    return 4;
  case TensorType::f16:
  case TensorType::bf16:
    return 2;
  case TensorType::u8:
  case TensorType::boolean:
    return 1;
  }
  return 0;
}

std::string_view safetensors_name_of(TensorType type) {
  return std::find_if(type_names.begin(), type_names.end(), [&](const auto& pair) { return pair.first == type; })->second;
}

SafetensorsHeader parse_safetensors_header(std::string_view json, std::uint64_t data_bytes, const std::string& file) {
  if (!json.starts_with('{')) {
    throw DataError("{}: the header does not begin with an opening brace; the file is damaged or no safetensors file", file);
  }
  SafetensorsHeader header;
  HeaderSax sax(header, file);
  nlohmann::json::sax_parse(json.begin(), json.end(), &sax);
  std::stable_sort(header.entries.begin(), header.entries.end(), [](const SafetensorsEntry& a, const SafetensorsEntry& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  check_sizes(header, file);
  check_tiling(header, data_bytes, file);
  return header;
}

} // namespace radforge
