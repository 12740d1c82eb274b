#include "radforge/quality/image_pairs.hpp"

#include "keyed_draw.hpp"

#include <map>
#include <string>

namespace radforge {

namespace {

// What draws are for: their ids, apart from those of KID's subsets, which count from 0.
constexpr std::uint64_t draw_of_prompts = std::uint64_t{1} << 40U;
constexpr std::uint64_t draw_of_images = draw_of_prompts + 1;
constexpr std::uint64_t draw_of_partners = draw_of_prompts + 2;

/// In all that was asked of `image`.
bool is_like(const SampleRecord& other, const SampleRecord& image) {
  const auto same = [](const std::string& theirs, const std::string& asked) { return asked.empty() || theirs == asked; };
  return same(other.sex, image.sex) && same(other.age_group, image.age_group) && same(other.race, image.race) &&
         same(other.view, image.view);
}

} // namespace

std::vector<ImagePair> pairs_of_prompts(const ImageSet& images, std::int64_t count, std::uint64_t seed) {
  std::map<std::string, std::int64_t> last;
  std::vector<ImagePair> all;
  for (std::int64_t i = 0; i < images.size(); ++i) {
    if (images.record(i).prompt.empty()) {
      continue; // nothing was asked for
    }
    const auto [place, is_first] = last.try_emplace(images.record(i).prompt, i);
    if (!is_first) {
      all.push_back({place->second, i});
      place->second = i;
    }
  }
  std::vector<ImagePair> pairs;
  for (const std::int64_t number :
       keyed_draw({seed, Stream::measure, draw_of_prompts}, static_cast<std::int64_t>(all.size()), count)) {
    pairs.push_back(all[static_cast<std::size_t>(number)]);
  }
  return pairs;
}

std::vector<ImagePair> pairs_alike(const ImageSet& images, const ImageSet& others, std::int64_t count, std::uint64_t seed) {
  std::vector<ImagePair> pairs;
  for (const std::int64_t first : keyed_draw({seed, Stream::measure, draw_of_images}, images.size(), count)) {
    std::vector<std::int64_t> partners;
    for (std::int64_t i = 0; i < others.size(); ++i) {
      if (is_like(others.record(i), images.record(first))) {
        partners.push_back(i);
      }
    }
    if (!partners.empty()) {
      const RandomKey key{seed, Stream::measure, draw_of_partners, static_cast<std::uint32_t>(pairs.size())};
      pairs.push_back({first, partners[uniform_below(key, static_cast<std::uint32_t>(partners.size()))]});
    }
  }
  return pairs;
}

} // namespace radforge
