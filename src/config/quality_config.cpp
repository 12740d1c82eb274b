#include "radforge/config/quality_config.hpp"

#include "radforge/config/schema.hpp"

#include <algorithm>

namespace radforge {

void describe(Schema& schema, CheckConfig& config) {
  schema.field("attribute", config.attribute, Choices{"sex", "race", "view", "age", "findings"}, "what the network tells");
  describe(schema, static_cast<ImageNetworkConfig&>(config));
  schema.field("names", config.names,
               "what the outputs say, in the cohort's words; empty for those of a classifier trained here");
  schema.field("tolerance_years", config.tolerance_years, RealRange{0, 200}, "of an age: distance that passes");
  schema.check(!config.network.empty(), "network is missing (it tells the attribute) name its folder or file");
}

void describe(Schema& schema, QualityConfig& config) {
  schema.list("networks", config.networks, "each an attribute that is checked");
  schema.field("max_retries", config.max_retries, IntRange{0, 4094},
               "how often an image that fails is made again before its row is rejected");
  schema.field("on_shortage", config.on_shortage, Choices{"report", "fill"},
               "a row that fails for good: report rejects it; fill shows another image of its cell, with another age and text");
  schema.field("max_spares", config.max_spares, IntRange{1, 4094}, "fill: such images at most, each made again as often");
  constexpr std::int64_t most_attempts = 4095; // noise is keyed by them
  schema.check(config.num_attempts() <= most_attempts,
               "max_retries and max_spares allow more than 4095 attempts at a row (their noise has no more keys) lower one");
  const auto is_of_findings = [](const CheckConfig& one) { return one.attribute == "findings"; };
  schema.check(std::ranges::none_of(config.networks, is_of_findings),
               "networks has one of findings (no image is rejected for those) measure them by evaluate, task image-quality");
  const auto is_twice = [&](const CheckConfig& one) {
    return std::ranges::count(config.networks, one.attribute, &CheckConfig::attribute) > 1;
  };
  schema.check(std::ranges::none_of(config.networks, is_twice),
               "networks checks an attribute twice (its score has one column) take one of them out");
}

} // namespace radforge
