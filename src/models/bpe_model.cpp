#include "bpe_model.hpp"

#include "radforge/core/error.hpp"

#include <functional>
#include <queue>
#include <tuple>
#include <utility>

namespace radforge {

namespace {

/// Ids are below 2^32: reading a vocabulary checks that they count its entries.
std::uint64_t key_of(std::int64_t left, std::int64_t right) {
  return static_cast<std::uint64_t>(left) << 32 | static_cast<std::uint64_t>(right);
}

std::int64_t id_of(const BpeVocabulary& vocabulary, const std::string& token, std::size_t row) {
  auto found = vocabulary.find(token);
  if (found == vocabulary.end())
    throw DataError(
        "merge {} needs the token '{}' (the vocabulary lacks it); vocabulary and merges must come from the same training",
        row + 1, token);
  return found->second;
}

/// Not a merge: behind the last symbol, or a pair that stays apart.
constexpr std::int64_t no_rank = -1;

/// A symbol of a word in a linked list; `id` is -1 once it was merged into its left neighbour. `rank` is that of the merge with
/// the right neighbour.
struct Symbol {
  std::int64_t id;
  std::int64_t rank;
  std::ptrdiff_t previous;
  std::ptrdiff_t next;
};

/// A pair that can be merged: by rank, then by place. Stale once the symbol there has another rank.
struct Candidate {
  std::int64_t rank;
  std::ptrdiff_t left;
  bool operator>(const Candidate& other) const { return std::tie(rank, left) > std::tie(other.rank, other.left); }
};

} // namespace

BpeModel::BpeModel(const BpeVocabulary& vocabulary, const std::vector<BpeMerge>& merges, std::int64_t unknown_id) {
  auto id_or_unknown = [&](const std::string& token) {
    auto found = vocabulary.find(token);
    return found == vocabulary.end() ? unknown_id : found->second;
  };
  for (int byte = 0; byte < 256; ++byte) {
    byte_ids_[byte] = id_or_unknown(byte_symbols()[byte]);
    last_byte_ids_[byte] = id_or_unknown(byte_symbols()[byte] + std::string(bpe_end_of_word));
  }
  merged_ids_.reserve(merges.size());
  ranks_.reserve(merges.size());
  for (std::size_t row = 0; row < merges.size(); ++row) {
    const auto& [left, right] = merges[row];
    merged_ids_.push_back(id_of(vocabulary, left + right, row));
    if (!ranks_.emplace(key_of(id_of(vocabulary, left, row), id_of(vocabulary, right, row)), row).second)
      throw DataError("merge {} is listed twice ('{} {}'); the list of merges is damaged", row + 1, left, right);
  }
}

std::vector<std::int64_t> BpeModel::encode(std::string_view word) const {
  const auto size = static_cast<std::ptrdiff_t>(word.size());
  std::vector<Symbol> symbols;
  symbols.reserve(word.size());
  for (std::ptrdiff_t i = 0; i < size; ++i) {
    const auto byte = static_cast<unsigned char>(word[i]);
    symbols.push_back({i + 1 == size ? last_byte_ids_[byte] : byte_ids_[byte], no_rank, i - 1, i + 1 == size ? -1 : i + 1});
  }
  // Whether the symbol can be merged with its right neighbour; notes the rank.
  auto has_rank = [&](std::ptrdiff_t left) {
    if (left < 0)
      return false;
    Symbol& symbol = symbols[left];
    const auto found = symbol.next < 0 ? ranks_.end() : ranks_.find(key_of(symbol.id, symbols[symbol.next].id));
    symbol.rank = found == ranks_.end() ? no_rank : found->second;
    return symbol.rank != no_rank;
  };

  std::vector<Candidate> all;
  for (std::ptrdiff_t i = 0; i < size; ++i)
    if (has_rank(i))
      all.push_back({symbols[i].rank, i});
  std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> queue({}, std::move(all));
  while (!queue.empty()) {
    const Candidate best = queue.top();
    queue.pop();
    Symbol& left = symbols[best.left];
    if (left.rank != best.rank)
      continue;
    Symbol& right = symbols[left.next];
    left.id = merged_ids_[best.rank];
    right.id = -1;
    right.rank = no_rank;
    left.next = right.next;
    if (left.next >= 0)
      symbols[left.next].previous = best.left;
    for (const std::ptrdiff_t changed : {left.previous, best.left})
      if (has_rank(changed))
        queue.push({symbols[changed].rank, changed});
  }

  std::vector<std::int64_t> ids;
  for (const Symbol& symbol : symbols)
    if (symbol.id >= 0)
      ids.push_back(symbol.id);
  return ids;
}

} // namespace radforge
