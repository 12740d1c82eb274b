#include "bpe_model.hpp"

#include "radforge/core/error.hpp"

#include <functional>
#include <queue>
#include <tuple>

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

/// A symbol of a word in a linked list; `id` is -1 once it was merged into its left neighbour.
struct Symbol {
  std::int64_t id;
  std::ptrdiff_t previous;
  std::ptrdiff_t next;
};

/// A pair that can be merged: by rank, then by place. Stale once one of its symbols has changed.
struct Candidate {
  std::int64_t rank;
  std::ptrdiff_t left;
  std::int64_t merged_id;
  std::int64_t left_id;
  std::int64_t right_id;
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
  merges_.reserve(merges.size());
  for (std::size_t row = 0; row < merges.size(); ++row) {
    const auto& [left, right] = merges[row];
    Merge merge{static_cast<std::int64_t>(row), id_of(vocabulary, left + right, row)};
    if (!merges_.emplace(key_of(id_of(vocabulary, left, row), id_of(vocabulary, right, row)), merge).second)
      throw DataError("merge {} is listed twice ('{} {}'); the list of merges is damaged", row + 1, left, right);
  }
}

const BpeModel::Merge* BpeModel::find(std::int64_t left, std::int64_t right) const {
  auto found = merges_.find(key_of(left, right));
  return found == merges_.end() ? nullptr : &found->second;
}

std::vector<std::int64_t> BpeModel::encode(std::string_view word) const {
  const auto size = static_cast<std::ptrdiff_t>(word.size());
  std::vector<Symbol> symbols;
  symbols.reserve(word.size());
  for (std::ptrdiff_t i = 0; i < size; ++i) {
    const auto byte = static_cast<unsigned char>(word[i]);
    symbols.push_back({i + 1 == size ? last_byte_ids_[byte] : byte_ids_[byte], i - 1, i + 1 == size ? -1 : i + 1});
  }

  std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> queue;
  auto push = [&](std::ptrdiff_t left) {
    if (left < 0 || symbols[left].next < 0)
      return;
    const auto left_id = symbols[left].id, right_id = symbols[symbols[left].next].id;
    if (const Merge* merge = find(left_id, right_id))
      queue.push({merge->rank, left, merge->id, left_id, right_id});
  };
  for (std::ptrdiff_t i = 0; i < size; ++i)
    push(i);

  while (!queue.empty()) {
    const Candidate best = queue.top();
    queue.pop();
    Symbol& left = symbols[best.left];
    if (left.id != best.left_id || left.next < 0 || symbols[left.next].id != best.right_id)
      continue;
    Symbol& right = symbols[left.next];
    left.id = best.merged_id;
    right.id = -1;
    left.next = right.next;
    if (left.next >= 0)
      symbols[left.next].previous = best.left;
    push(left.previous);
    push(best.left);
  }

  std::vector<std::int64_t> ids;
  for (const Symbol& symbol : symbols)
    if (symbol.id >= 0)
      ids.push_back(symbol.id);
  return ids;
}

} // namespace radforge
