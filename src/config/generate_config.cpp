#include "radforge/config/generate_config.hpp"

#include "radforge/config/schema.hpp"

#include <algorithm>

namespace radforge {

bool has_karras_sigmas(const std::string& sampler_name) {
  static const Choices names{"euler", "heun", "dpm_solver_2m", "dpm_solver_sde_2m", "unipc"};
  return std::find(names.begin(), names.end(), sampler_name) != names.end();
}

void describe(Schema& schema, GuidanceIntervalConfig& config) {
  schema.field("lowest", config.lowest, RealRange{0, 1}, "least noisy timestep with guidance; 0 for the image without noise");
  schema.field("highest", config.highest, RealRange{0, 1}, "noisiest timestep with guidance; 1 for noise alone");
  schema.check(config.lowest <= config.highest, "lowest is above highest (no timestep would be guided) swap them");
}

void describe(Schema& schema, SamplerConfig& config) {
  schema.field("name", config.name,
               Choices{"pipeline", "ddpm", "ddim", "pndm", "euler", "euler_ancestral", "heun", "dpm_solver_2m",
                       "dpm_solver_sde_2m", "unipc"},
               "sampler; pipeline for the one that the folder names");
  schema.field("steps", config.steps, IntRange{1, 4096}, "denoising steps an image");
  schema.field("eta", config.eta, RealRange{0, 1}, "noise of ddim: 0 for none, 1 for as much as ddpm");
  schema.field("timestep_spacing", config.timestep_spacing, Choices{"default", "leading", "trailing", "linspace"},
               "how timesteps are spread; default for the folder's, or what is customary for the sampler");
  schema.field("sigmas", config.sigmas, Choices{"default", "karras"},
               "spacing of noise levels; default for that of the timesteps, or the folder's");
  schema.field("guidance_scale", config.guidance_scale, RealRange{0, 100}, "weight of the text; 1 for no guidance");
  schema.field("guidance_rescale", config.guidance_rescale, RealRange{0, 1},
               "how far guided predictions get back the spread of unguided ones; 0 for none");
  schema.section("guidance_interval", config.guidance_interval, "where guidance applies, in fractions of the training timesteps");
  schema.check(config.eta == 0 || config.name == "ddim" || config.name == "pipeline",
               "eta is not 0 (only ddim has it) leave it out or choose ddim");
  schema.check(config.sigmas != "karras" || config.name == "pipeline" || has_karras_sigmas(config.name),
               "sigmas is karras (euler, heun, dpm_solver_2m, dpm_solver_sde_2m and unipc have them) choose another of both");
}

void describe(Schema& schema, SheetConfig& config) {
  schema.field("real_dataset", config.real_dataset, "data set of real images to show beside; empty for synthetic ones alone");
  schema.field("real_split", config.real_split, Choices{"train", "validation", "test"}, "where the real images are taken from");
  schema.field("rows", config.rows, IntRange{1, 100}, "rows of the sheet");
  schema.field("columns", config.columns, IntRange{1, 100}, "images a row, of each kind");
}

void describe(Schema& schema, GenerateConfig& config) {
  schema.field("task", config.task, Choices{"generation"}, "what is made");
  schema.field("seed", config.seed, IntRange{.least = 0}, "keys the cohort's order and all noise");
  schema.field("pipeline", config.pipeline, "folder of a trained pipeline");
  schema.field("precision", config.precision, Choices{"fp32", "fp16", "bf16"},
               "of weights and activations; the sampler itself computes in fp32");
  schema.field("prompt", config.prompt,
               "template of an image's text; fields: age, sex, race, view, findings, report and text (an impression)");
  schema.section("cohort", config.cohort, "who is to be synthesised");
  schema.section("sampler", config.sampler, "how images are made");
  schema.section("quality", config.quality, "check of what images show");
  schema.section("compute", config.compute, "where the models compute");
  schema.field("batch_size", config.batch_size, IntRange{1, 100'000}, "images a rank makes at once");
  schema.field("rows_per_shard", config.rows_per_shard, IntRange{1, 1'000'000}, "samples a shard file holds");
  schema.field("compression_level", config.compression_level, IntRange{0, 12}, "of libdeflate: 0 stores, 12 is the smallest");
  schema.section("sheet", config.sheet, "contact sheet of real images beside synthetic ones");
  schema.check(!config.pipeline.empty(), "pipeline is missing (it makes the images) name the folder that training has written");
}

} // namespace radforge
