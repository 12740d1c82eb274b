#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace radforge {

/// CLIP's byte-pair tokenizer from any vocab.json + merges.txt: lower case, CLIP's splitting pattern, byte-level pairs with
/// `</w>`. Ids equal those of the fast CLIPTokenizer of transformers (5.23 with tokenizers 0.23) but for code points that its
/// Unicode tables and those of utf8proc (2.8: Unicode 15) know differently. All code points were tried: 5032 of them, assigned in
/// Unicode 15.1 to 17, count as letters, digits or capitals there and not here; 108 marks and 1 composed character (U+11938),
/// assigned after Unicode 9, are put in order or composed beside other marks here and not there. Special tokens written in the
/// text are taken as such; with Stable Diffusion 2's folder this holds for "!", its padding.
class ClipTokenizer {
 public:
  /// Reads `folder`/vocab.json, merges.txt (or both from tokenizer.json, as transformers 5 saves them, where they are absent),
  /// tokenizer_config.json (model_max_length) and special_tokens_map.json. The latter is optional, and not read where the
  /// configuration lists `added_tokens_decoder`: then that names the special tokens. Errors: DataError, IoError.
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
  /// Whether encode() cuts tokens off. Errors: as encode().
  bool is_truncated(std::string_view text) const;
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
