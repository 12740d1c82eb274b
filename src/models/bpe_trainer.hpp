#pragma once

#include "bpe_alphabet.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace radforge {

/// Learns up to `num_merges` merges from words (as bytes) and how often each occurs: the most frequent adjacent pair first, ties
/// by the texts of left and right symbol in byte order; fewer when no pair is left.
std::vector<BpeMerge> learn_bpe_merges(const std::map<std::string, std::int64_t>& word_counts, std::int64_t num_merges);

} // namespace radforge
