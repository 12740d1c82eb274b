#include "sampler_fixture.hpp"

#include "radforge/core/error.hpp"

#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>

using namespace radforge;

TEST_CASE("samplers follow diffusers' schedulers step by step") {
  const StateDict golden = read_golden("diffusion");
  const std::vector<std::string> variants = golden_variants(golden);
  REQUIRE(variants.size() > 90);
  for (const std::string& name : sampler_names()) {
    REQUIRE(std::any_of(variants.begin(), variants.end(), [&](const std::string& key) { return key.starts_with(name + "."); }));
  }
  for (const std::string& key : variants) {
    INFO(key);
    const std::unique_ptr<DiffusionSampler> sampler = SamplerVariant(key).make();
    const at::Tensor& expected = golden.at(key);
    const at::Tensor timesteps = golden.at(key + "/timesteps").to(at::kDouble);
    REQUIRE(sampler->num_evaluations() == timesteps.size(0));
    for (std::int64_t i = 0; i < timesteps.size(0); ++i) {
      CHECK(sampler->timesteps()[static_cast<std::size_t>(i)] == Approx(timesteps[i].item<double>()).epsilon(1e-6).margin(5e-4));
    }
    const double exact = largest_difference(trajectory(*sampler, golden.at("start").to(at::kDouble)), expected.to(at::kDouble));
    const double single = largest_difference(trajectory(*sampler, golden.at("start")), expected);
    CHECK(exact < 1e-5);
    CHECK(single < 1e-5);
  }
}

TEST_CASE("samples do not depend on the batch that they are in") {
  const std::string name = GENERATE(from_range(sampler_names()));
  INFO(name);
  const std::unique_ptr<DiffusionSampler> sampler = SamplerVariant(name + ".v_prediction.leading").make();
  const at::Tensor start = read_golden("diffusion").at("start");
  const std::vector<NoiseKey> keys = golden_keys();
  const at::Tensor together = sampler->sample(golden_denoiser, start, keys);
  const std::vector<NoiseKey> swapped{keys[1], keys[0]};
  const at::Tensor turned = sampler->sample(golden_denoiser, start.flip({0}), swapped);
  const at::Tensor alone = sampler->sample(golden_denoiser, start.slice(0, 1, 2), std::span(keys).last(1));
  CHECK(relative_difference(turned[0], together[1]) < 1e-6);
  CHECK(relative_difference(alone[0], together[1]) < 1e-6);
}

TEST_CASE("a sampler keeps nothing of a run: two runs have equal bits") {
  const std::string name = GENERATE(from_range(sampler_names()));
  INFO(name);
  const std::unique_ptr<DiffusionSampler> sampler = SamplerVariant(name + ".epsilon.leading").make();
  const at::Tensor start = read_golden("diffusion").at("start");
  const at::Tensor first = sampler->sample(golden_denoiser, start, golden_keys());
  CHECK(at::equal(sampler->sample(golden_denoiser, start, golden_keys()), first));
}

TEST_CASE("the noise of stochastic samplers is the attempt's, that of the others nobody's") {
  const StateDict golden = read_golden("diffusion");
  const auto samples = [&](const std::string& variant, std::uint32_t attempt) {
    std::vector<NoiseKey> keys = golden_keys();
    keys[0].attempt = attempt;
    return SamplerVariant(variant).make()->sample(golden_denoiser, golden.at("start"), keys);
  };
  for (const char* variant : {"ddpm.epsilon.leading", "ddim.epsilon.leading.eta", "euler_ancestral.epsilon.leading",
                              "dpm_solver_sde_2m.epsilon.leading"}) {
    INFO(variant);
    CHECK_FALSE(at::equal(samples(variant, 1)[0], samples(variant, 2)[0]));
    CHECK(at::equal(samples(variant, 1)[1], samples(variant, 2)[1]));
  }
  for (const char* variant : {"ddim.epsilon.leading", "pndm.epsilon.leading", "euler.epsilon.leading", "heun.epsilon.leading",
                              "dpm_solver_2m.epsilon.leading", "unipc.epsilon.leading"}) {
    INFO(variant);
    CHECK(at::equal(samples(variant, 1), samples(variant, 2)));
  }
}

TEST_CASE("a denoiser that knows the sample leads every sampler to it") {
  const std::string name = GENERATE(from_range(sampler_names()));
  const std::string settings = GENERATE("leading", "trailing.zero_snr", "linspace.karras");
  if ((name == "pndm" && settings == "trailing.zero_snr") || (settings.ends_with("karras") && !has_karras_sigmas(name))) {
    return; // refused
  }
  INFO(name << " " << settings);
  SamplerVariant variant(name + ".sample." + settings);
  variant.folder.set_alpha_to_one = true;
  const at::Tensor clean = at::full({2, 1, 4, 4}, 3.0);
  const at::Tensor start = read_golden("diffusion").at("start").slice(1, 0, 1);
  const at::Tensor sample = variant.make()->sample([&](const at::Tensor&, double) { return clean; }, start, golden_keys());
  CHECK(relative_difference(sample, clean) < 1e-4);
}

TEST_CASE("PNDM takes 76 evaluations for 75 steps, at diffusers' timesteps") {
  const at::Tensor expected = read_golden("diffusion").at("pndm_75/timesteps");
  SamplerVariant variant("pndm.epsilon.leading");
  variant.sampler.steps = 75;
  const std::unique_ptr<DiffusionSampler> sampler = variant.make();
  REQUIRE(sampler->num_evaluations() == 76);
  for (std::int64_t i = 0; i < 76; ++i) {
    CHECK(sampler->timesteps()[static_cast<std::size_t>(i)] == expected[i].item<double>());
  }
  CHECK(sampler->timesteps()[0] == 963);
  CHECK(sampler->timesteps()[1] == sampler->timesteps()[2]);
  CHECK(sampler->timesteps()[75] == 1);
}

TEST_CASE("every sampler evaluates as often as it says, with one step too") {
  const std::string name = GENERATE(from_range(sampler_names()));
  const std::int64_t steps = GENERATE(1, 2, 3, 7);
  INFO(name << " " << steps);
  SamplerVariant variant(name + ".v_prediction.leading");
  variant.sampler.steps = steps;
  const std::unique_ptr<DiffusionSampler> sampler = variant.make();
  const at::Tensor seen = trajectory(*sampler, read_golden("diffusion").at("start"));
  CHECK(seen.size(0) == sampler->num_evaluations() + 1);
  CHECK(seen.isfinite().all().item<bool>());
  CHECK(sampler->num_evaluations() == (name == "heun" ? 2 * steps - 1 : name == "pndm" && steps > 1 ? steps + 1 : steps));
}

TEST_CASE("steps that the training timesteps do not suffice for are refused") {
  const std::string name = GENERATE(from_range(sampler_names()));
  INFO(name);
  SamplerVariant variant(name + ".epsilon.leading");
  for (const std::int64_t steps : {0, 1000, 1001, 4000}) {
    variant.sampler.steps = steps;
    CHECK_THROWS_WITH(variant.make(), Catch::Contains("sampler.steps"));
  }
  variant.sampler.steps = 1000; // fewer for the samplers whose last timestep is left out
  variant.folder.steps_offset = 0;
  const bool leaves_last_out = name.starts_with("dpm") || name == "unipc";
  CHECK(leaves_last_out == [&] {
    try {
      return variant.make() == nullptr;
    } catch (const ConfigError&) {
      return true;
    }
  }());
}

TEST_CASE("settings that a sampler does not have are refused") {
  const auto make = [](const std::string& variant) { return SamplerVariant(variant).make(); };
  CHECK_THROWS_WITH(make("ddpm.epsilon.leading.eta"), Catch::Contains("sampler.eta"));
  for (const std::string& name : sampler_names()) {
    INFO(name);
    if (has_karras_sigmas(name)) {
      CHECK_NOTHROW(make(name + ".epsilon.leading.karras"));
    } else {
      CHECK_THROWS_WITH(make(name + ".epsilon.leading.karras"), Catch::Contains("sampler.sigmas"));
    }
  }
  CHECK_THROWS_WITH(make("pndm.v_prediction.trailing.zero_snr"), Catch::Contains("zero terminal SNR"));
  CHECK_THROWS_WITH(make("plms.epsilon.leading"), Catch::Contains("plms"));
  CHECK_THROWS_WITH(make("ddim.epsilon.sideways"), Catch::Contains("sideways"));
}

TEST_CASE("what the configuration leaves open is the folder's, then the sampler's custom") {
  const NoiseSchedule schedule{DiffusionConfig{}};
  const auto first = [&](const SamplerConfig& config, const SchedulerConfig& folder) {
    return make_sampler(schedule, Prediction::epsilon, config, folder)->timesteps().front();
  };
  const SchedulerConfig pndm{.name = "pndm", .steps_offset = 1};
  CHECK(first({.steps = 20}, pndm) == 951);
  CHECK(first({.name = "euler", .steps = 20}, pndm) == 999);
  CHECK(first({.name = "euler", .steps = 20, .timestep_spacing = "leading"}, pndm) == 951);
  const SchedulerConfig trailing{.name = "ddim", .timestep_spacing = "trailing"};
  CHECK(first({.steps = 20}, trailing) == 999);
  CHECK(first({.name = "ddpm", .steps = 20}, trailing) == 999);
  const SchedulerConfig karras{.name = "euler", .timestep_spacing = "linspace", .use_karras_sigmas = true};
  CHECK(make_sampler(schedule, Prediction::epsilon, {.steps = 20}, karras)->timesteps()[1] < 970);
  CHECK_NOTHROW(make_sampler(schedule, Prediction::epsilon, {.name = "ddim", .steps = 20}, karras));
}

TEST_CASE("a sampler asks for one key a sample") {
  const std::vector<NoiseKey> keys = golden_keys();
  const std::unique_ptr<DiffusionSampler> sampler = SamplerVariant("ddim.epsilon.leading").make();
  CHECK_THROWS_AS(sampler->sample(golden_denoiser, read_golden("diffusion").at("start"), std::span(keys).first(1)),
                  InternalError);
}
