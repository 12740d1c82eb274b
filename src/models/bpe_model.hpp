#pragma once

#include "bpe_alphabet.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace radforge {

using BpeVocabulary = std::unordered_map<std::string, std::int64_t>;

/// Byte-pair merging of one word: repeatedly the adjacent pair with the earliest merge, the leftmost first. Source: Sennrich et
/// al., arXiv:1508.07909, on bytes.
class BpeModel {
 public:
  /// Symbols that the vocabulary lacks get `unknown_id`. Errors: DataError for a merge whose parts or result the vocabulary
  /// lacks, or that is listed twice.
  BpeModel(const BpeVocabulary& vocabulary, const std::vector<BpeMerge>& merges, std::int64_t unknown_id);

  /// Ids of a word given as its bytes, in n log n steps.
  std::vector<std::int64_t> encode(std::string_view word) const;

 private:
  std::array<std::int64_t, 256> byte_ids_;
  std::array<std::int64_t, 256> last_byte_ids_;
  std::unordered_map<std::uint64_t, std::int64_t> ranks_; ///< of a pair of ids: the row of its merge
  std::vector<std::int64_t> merged_ids_;                  ///< by rank
};

} // namespace radforge
