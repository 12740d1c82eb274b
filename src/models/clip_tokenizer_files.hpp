#pragma once

#include "bpe_alphabet.hpp"
#include "bpe_model.hpp"

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace radforge {

/// What a tokenizer's folder may hold.
inline constexpr std::array tokenizer_files{"vocab.json", "merges.txt", "tokenizer.json", "tokenizer_config.json",
                                            "special_tokens_map.json"};

/// A token that is taken out of the text before it is split: as it is written there, or after normalisation.
struct SpecialToken {
  std::string content;
  std::int64_t id = 0;
  bool normalized = false;
};

/// What the files of a tokenizer folder say.
struct ClipTokenizerFiles {
  BpeVocabulary vocabulary; ///< ids are 0 ... size - 1
  std::vector<BpeMerge> merges;
  std::vector<SpecialToken> specials; ///< one a content
  std::int64_t begin_id = 0, end_id = 0, pad_id = 0, unknown_id = 0;
  std::int64_t max_length = 0;
};

/// Reads the folder: vocab.json and merges.txt, or tokenizer.json where they are absent. Special tokens come from tokenizer.json
/// if that is read, from special_tokens_map.json, or from tokenizer_config.json if that lists `added_tokens_decoder` or there is
/// no map: the order of transformers. Errors: DataError naming file and fault, IoError.
ClipTokenizerFiles read_clip_tokenizer_files(const std::filesystem::path& folder);

/// Writes the four files for these merges; padding is the end token.
void write_clip_tokenizer_files(const std::filesystem::path& folder, const std::vector<BpeMerge>& merges,
                                std::int64_t max_length);

} // namespace radforge
