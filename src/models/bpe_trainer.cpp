#include "bpe_trainer.hpp"

#include <set>
#include <tuple>
#include <utility>

namespace radforge {

namespace {

struct Word {
  std::vector<std::string> symbols;
  std::int64_t count = 0;
};

struct Occurrences {
  std::int64_t count = 0;
  std::set<std::size_t> words; ///< that held the pair at some time; a superset of those that hold it now
};

/// Counts of all adjacent pairs, kept up to date while words change, and their order by merit.
class PairTable {
 public:
  void add(const Word& word, std::size_t index) { change(word, index, word.count); }
  void remove(const Word& word, std::size_t index) { change(word, index, -word.count); }

  bool empty() const { return order_.empty(); }
  BpeMerge best() const { return {std::get<1>(*order_.begin()), std::get<2>(*order_.begin())}; }
  std::set<std::size_t> words_with(const BpeMerge& pair) const { return pairs_.at(pair).words; }

 private:
  void change(const Word& word, std::size_t index, std::int64_t by) {
    for (std::size_t i = 0; i + 1 < word.symbols.size(); ++i) {
      BpeMerge pair{word.symbols[i], word.symbols[i + 1]};
      Occurrences& occurrences = pairs_[pair];
      order_.erase({-occurrences.count, pair.first, pair.second});
      occurrences.count += by;
      occurrences.words.insert(index);
      if (occurrences.count > 0)
        order_.emplace(-occurrences.count, std::move(pair.first), std::move(pair.second));
      else
        pairs_.erase(pair);
    }
  }

  std::map<BpeMerge, Occurrences> pairs_;
  std::set<std::tuple<std::int64_t, std::string, std::string>> order_;
};

Word word_of(const std::string& bytes, std::int64_t count) {
  Word word{{}, count};
  for (unsigned char byte : bytes)
    word.symbols.push_back(byte_symbols()[byte]);
  if (!word.symbols.empty())
    word.symbols.back() += bpe_end_of_word;
  return word;
}

void merge_pair(Word& word, const BpeMerge& pair) {
  std::vector<std::string> merged;
  for (std::size_t i = 0; i < word.symbols.size(); ++i) {
    if (i + 1 < word.symbols.size() && word.symbols[i] == pair.first && word.symbols[i + 1] == pair.second) {
      merged.push_back(pair.first + pair.second);
      ++i;
    } else {
      merged.push_back(std::move(word.symbols[i]));
    }
  }
  word.symbols = std::move(merged);
}

} // namespace

std::vector<BpeMerge> learn_bpe_merges(const std::map<std::string, std::int64_t>& word_counts, std::int64_t num_merges) {
  std::vector<Word> words;
  for (const auto& [bytes, count] : word_counts)
    words.push_back(word_of(bytes, count));
  PairTable table;
  for (std::size_t i = 0; i < words.size(); ++i)
    table.add(words[i], i);

  std::vector<BpeMerge> merges;
  std::set<BpeMerge> learned; // a pair comes back when a later merge makes one of its symbols in another way
  while (std::ssize(merges) < num_merges && !table.empty()) {
    const BpeMerge pair = table.best();
    for (std::size_t i : table.words_with(pair)) {
      table.remove(words[i], i);
      merge_pair(words[i], pair);
      table.add(words[i], i);
    }
    if (learned.insert(pair).second)
      merges.push_back(pair);
  }
  return merges;
}

} // namespace radforge
