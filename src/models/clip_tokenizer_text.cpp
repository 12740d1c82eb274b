#include "clip_tokenizer_text.hpp"

#include "radforge/core/error.hpp"

#include <utf8proc.h>

#include <array>
#include <cstdlib>
#include <memory>

namespace radforge {

namespace {

enum class Kind { space, letter, number, other };

struct CodePoint {
  utf8proc_int32_t value;
  std::size_t num_bytes;
};

CodePoint decode_at(std::string_view text, std::size_t offset) {
  CodePoint result{};
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + offset;
  const auto length = utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(text.size() - offset), &result.value);
  if (length <= 0)
    throw DataError("text is not UTF-8 at byte {} (found 0x{:02x}); convert it to UTF-8", offset, bytes[0]);
  result.num_bytes = static_cast<std::size_t>(length);
  return result;
}

void append_utf8(std::string& text, utf8proc_int32_t value) {
  std::array<utf8proc_uint8_t, 4> bytes;
  const auto length = utf8proc_encode_char(value, bytes.data());
  text.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(length));
}

/// White_Space of Unicode: besides the separators, a few control characters.
bool is_space(utf8proc_int32_t value, utf8proc_category_t category) {
  return (value >= 0x09 && value <= 0x0d) || value == 0x85 || category == UTF8PROC_CATEGORY_ZS ||
         category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP;
}

Kind kind_of(utf8proc_int32_t value) {
  const auto category = utf8proc_category(value);
  if (is_space(value, category))
    return Kind::space;
  if (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO)
    return Kind::letter;
  if (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO)
    return Kind::number;
  return Kind::other;
}

/// Length of the run of one kind that starts at `begin`; a number is alone.
std::size_t run_length(std::string_view text, std::size_t begin) {
  const CodePoint first = decode_at(text, begin);
  const Kind kind = kind_of(first.value);
  std::size_t end = begin + first.num_bytes;
  if (kind == Kind::number)
    return end - begin;
  while (end < text.size()) {
    const CodePoint next = decode_at(text, end);
    if (kind_of(next.value) != kind)
      break;
    end += next.num_bytes;
  }
  return end - begin;
}

} // namespace

void require_utf8(std::string_view text) {
  for (std::size_t offset = 0; offset < text.size();)
    offset += decode_at(text, offset).num_bytes;
}

std::string normalize_clip_text(std::string_view text) {
  utf8proc_uint8_t* mapped = nullptr;
  const auto length =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()), &mapped,
                   static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(mapped, &std::free);
  if (length < 0)
    throw DataError("text cannot be normalised ({}); shorten it", utf8proc_errmsg(length));
  const std::string_view composed(reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(length));

  std::string lower;
  lower.reserve(composed.size());
  for (std::size_t offset = 0; offset < composed.size();) {
    const CodePoint point = decode_at(composed, offset);
    offset += point.num_bytes;
    append_utf8(lower, utf8proc_tolower(point.value));
    if (point.value == 0x130)
      append_utf8(lower, 0x307); // the one unconditional lower case of two code points (SpecialCasing of Unicode)
  }
  return lower;
}

std::vector<std::string_view> split_clip_words(std::string_view text) {
  constexpr std::array<std::string_view, 2> specials = {"<|startoftext|>", "<|endoftext|>"};
  constexpr std::array<std::string_view, 7> contractions = {"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"};
  std::vector<std::string_view> words;
  std::size_t offset = 0;
  auto take = [&](std::size_t length) {
    words.push_back(text.substr(offset, length));
    offset += length;
  };
  auto next_is_one_of = [&](const auto& literals) -> std::size_t {
    for (std::string_view literal : literals)
      if (text.substr(offset).starts_with(literal))
        return literal.size();
    return 0;
  };

  while (offset < text.size()) {
    if (const std::size_t special = next_is_one_of(specials)) {
      take(2);
      take(special - 4);
      take(2);
    } else if (const std::size_t contraction = next_is_one_of(contractions)) {
      take(contraction);
    } else if (const std::size_t length = run_length(text, offset); kind_of(decode_at(text, offset).value) == Kind::space) {
      offset += length;
    } else {
      take(length);
    }
  }
  return words;
}

} // namespace radforge
