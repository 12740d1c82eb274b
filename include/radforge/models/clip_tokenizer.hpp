#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace radforge {

/// CLIP's byte-pair tokenizer from any vocab.json + merges.txt: lower case, CLIP's splitting pattern, byte-level pairs with
/// `</w>`. Ids equal those of the fast CLIPTokenizer of transformers, as far as its Unicode tables and those of utf8proc know the
/// characters alike: all of Unicode 15, and the order of combining marks of Unicode 9. Special tokens written in the text are
/// taken as such; with Stable Diffusion 2's folder this holds for "!", its padding.
class ClipTokenizer {
 public:
  /// Reads `folder`/vocab.json, merges.txt, tokenizer_config.json (model_max_length) and special_tokens_map.json. The latter is
  /// optional, and not read where the configuration lists `added_tokens_decoder`: then that names the special tokens. Errors:
  /// DataError, IoError.
  explicit ClipTokenizer(const std::filesystem::path& folder);
  ~ClipTokenizer();
  ClipTokenizer(ClipTokenizer&&) noexcept;
  ClipTokenizer& operator=(ClipTokenizer&&) noexcept;

  std::int64_t vocab_size() const;
  std::int64_t max_length() const;
  std::int64_t begin_id() const;
  std::int64_t end_id() const;
  std::int64_t pad_id() const;

  /// begin, tokens, end, then padding up to max_length(); what is longer is cut before the end token. Errors: DataError with the
  /// byte offset if `text` is not UTF-8.
  std::vector<std::int64_t> encode(std::string_view text) const;
  /// Tokens of the text alone. Errors: as encode().
  std::vector<std::int64_t> tokens(std::string_view text) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Learns up to `num_merges` byte-pair merges from texts (most frequent pair first, ties by the pair's text; fewer when no pair
/// is left) and writes vocab.json, merges.txt, special_tokens_map.json and tokenizer_config.json in CLIP's format into `folder`,
/// which is made. Begin and end are the last two ids, padding is the end token. Deterministic, whatever the order of the texts.
/// Errors: ConfigError (num_merges < 0, max_length < 2), DataError for a text that is not UTF-8, with its number and the byte;
/// IoError.
void train_clip_tokenizer(const std::vector<std::string>& texts, std::int64_t num_merges, std::int64_t max_length,
                          const std::filesystem::path& folder);

} // namespace radforge
