#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace radforge {

/// `text` with a few faults: flipped bits, pieces cut out, doubled or put elsewhere, inserted bytes, numbers and brackets that
/// break parsers, an end that is missing. The same key gives the same faults on every machine.
inline std::string mutated(std::string text, std::uint64_t key) {
  constexpr std::array<std::string_view, 16> splices = {"0",
                                                        "-1",
                                                        "9223372036854775808",
                                                        "18446744073709551615",
                                                        "18446744073709551616",
                                                        "1e999",
                                                        "[",
                                                        "]",
                                                        "{",
                                                        "}",
                                                        ",",
                                                        ":",
                                                        "\"",
                                                        "\\u0000",
                                                        "null",
                                                        "\xff"};
  std::mt19937_64 random(key);
  const auto below = [&](std::size_t limit) { return static_cast<std::size_t>(random() % std::max<std::size_t>(limit, 1)); };
  for (std::size_t faults = 1 + below(3); faults > 0; --faults) {
    const std::size_t at = below(text.size());
    const std::size_t length = std::min(1 + below(12), text.size() - at);
    const std::string piece = text.substr(at, length);
    switch (below(8)) {
    case 0:
    case 1:
      if (!text.empty()) {
        text[at] = static_cast<char>(text[at] ^ (1 << below(8)));
      }
      break;
    case 2:
      text.erase(at, length);
      break;
    case 3:
      text.insert(below(text.size() + 1), piece);
      break;
    case 4:
      text.replace(at, length, splices[below(splices.size())]);
      break;
    case 5:
      text.insert(at, splices[below(splices.size())]);
      break;
    case 6: { // a number for a digit: lengths, offsets and ids are hit where they stand
      const std::size_t digit = text.find_first_of("0123456789", at);
      if (digit != std::string::npos) {
        text.replace(digit, 1, std::to_string(below(2) == 0 ? below(100) : random()));
      }
      break;
    }
    default:
      if (below(4) == 0) {
        text.resize(at);
      }
    }
  }
  return text;
}

} // namespace radforge
