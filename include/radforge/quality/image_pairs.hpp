#pragma once

#include "radforge/quality/image_set.hpp"

#include <cstdint>
#include <vector>

namespace radforge {

struct ImagePair {
  std::int64_t first = 0;
  std::int64_t second = 0;
};

/// At most `count` pairs of images of a set that have the same prompt, and one, of all those that follow each other among these;
/// keyed by the seed. Diversity within a prompt is what they lack in likeness.
std::vector<ImagePair> pairs_of_prompts(const ImageSet& images, std::int64_t count, std::uint64_t seed);

/// At most `count` images of a set, each with one of the other set of the same sex, age group, race and view, as far as
/// it has them; keyed by the seed.
std::vector<ImagePair> pairs_alike(const ImageSet& images, const ImageSet& others, std::int64_t count, std::uint64_t seed);

} // namespace radforge
