#include "radforge/core/error.hpp"
#include "radforge/models/clip_tokenizer.hpp"

#include "bpe_trainer.hpp"
#include "clip_tokenizer_files.hpp"
#include "clip_tokenizer_text.hpp"

#include <map>

namespace radforge {

void train_clip_tokenizer(const std::vector<std::string>& texts, std::int64_t num_merges, std::int64_t max_length,
                          const std::filesystem::path& folder) {
  if (num_merges < 0)
    throw ConfigError("a tokenizer with {} merges cannot be trained (the number is negative); give 0 or more", num_merges);
  if (max_length < 2)
    throw ConfigError("a tokenizer with length {} cannot be trained (begin and end need two places); give 2 or more", max_length);

  std::map<std::string, std::int64_t> word_counts;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    try {
      require_utf8(texts[i]);
    } catch (const DataError& error) {
      throw DataError("training text {}: {}", i + 1, error.what());
    }
    const std::string normalized = normalize_clip_text(texts[i]);
    for (std::string_view word : split_clip_words(normalized))
      ++word_counts[std::string(word)];
  }
  write_clip_tokenizer_files(folder, learn_bpe_merges(word_counts, num_merges), max_length);
}

} // namespace radforge
