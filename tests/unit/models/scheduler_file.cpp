#include "radforge/models/scheduler_file.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"
#include "radforge/models/pipeline_folder.hpp"

#include "temp_folder.hpp"
#include "torch_catch.hpp"

using namespace radforge;
namespace fs = std::filesystem;

namespace {

/// A pipeline folder with the scheduler file that diffusers wrote for a class; some of its text can be replaced.
struct Fixture {
  void take(const std::string& sampler, const std::string& from = "", const std::string& to = "") {
    std::string text = read_file(fs::path(RADFORGE_GOLDEN_DIR) / "diffusion" / sampler / file);
    if (!from.empty()) {
      REQUIRE(text.find(from) != std::string::npos);
      text.replace(text.find(from), from.size(), to);
    }
    put(text);
  }
  void put(const std::string& text) {
    fs::create_directories(folder / "scheduler");
    write_file_atomically(folder.path() / file, text);
  }

  const fs::path file = "scheduler/scheduler_config.json";
  TempFolder folder;
};

} // namespace

TEST_CASE_METHOD(Fixture, "scheduler files of every supported class are read") {
  const std::string sampler =
      GENERATE("ddpm", "ddim", "pndm", "euler", "euler_ancestral", "heun", "dpm_solver_2m", "dpm_solver_sde_2m", "unipc");
  INFO(sampler);
  take(sampler);
  const DiffusionConfig diffusion = read_scheduler_config(folder.path());
  CHECK(diffusion.prediction_type == "v_prediction");
  CHECK(diffusion.beta_schedule == "scaled_linear");
  CHECK(diffusion.beta_start == 0.00085);
  CHECK(diffusion.beta_end == 0.012);
  CHECK(diffusion.num_train_timesteps == 1000);
  CHECK_FALSE(diffusion.rescale_betas_zero_snr);
  const SchedulerConfig config = read_sampler_config(folder.path());
  CHECK(config.name == sampler);
  CHECK(config.timestep_spacing == "linspace");
  CHECK(config.steps_offset == 1);
  CHECK(config.set_alpha_to_one.has_value() == (sampler == "ddim" || sampler == "pndm"));
  CHECK_FALSE(config.use_karras_sigmas);
}

TEST_CASE_METHOD(Fixture, "what a scheduler file sets is read") {
  take("euler", "\"use_karras_sigmas\": false", "\"use_karras_sigmas\": true");
  CHECK(read_sampler_config(folder.path()).use_karras_sigmas);
  take("ddim", "\"set_alpha_to_one\": false", "\"set_alpha_to_one\": true");
  CHECK(read_sampler_config(folder.path()).set_alpha_to_one == true);
  take("ddim", "\"rescale_betas_zero_snr\": false", "\"rescale_betas_zero_snr\": true");
  CHECK(read_scheduler_config(folder.path()).rescale_betas_zero_snr);
  take("unipc", "linspace", "trailing");
  CHECK(read_sampler_config(folder.path()).timestep_spacing == "trailing");
}

TEST_CASE_METHOD(Fixture, "what a scheduler file leaves out is as diffusers has it") {
  put(R"({"_class_name": "PNDMScheduler", "skip_prk_steps": true})");
  const DiffusionConfig diffusion = read_scheduler_config(folder.path());
  CHECK(diffusion.prediction_type == "epsilon");
  CHECK(diffusion.beta_schedule == "linear");
  CHECK(diffusion.beta_start == 0.0001);
  CHECK(diffusion.beta_end == 0.02);
  CHECK(diffusion.num_train_timesteps == 1000);
  CHECK(read_sampler_config(folder.path()) == SchedulerConfig{.name = "pndm"});
  put(R"({"_class_name": "HeunDiscreteScheduler"})");
  CHECK(read_scheduler_config(folder.path()).beta_start == 0.00085);
}

TEST_CASE_METHOD(Fixture, "what is not supported in a scheduler file is refused by file and key and value") {
  struct Case {
    const char* sampler;
    const char* from;
    const char* to;
    const char* key;
  };
  const Case bad = GENERATE(values<Case>({
      {"ddim", "\"clip_sample\": false", "\"clip_sample\": true", "clip_sample is true"},
      {"ddpm", "\"clip_sample\": false,", "", "clip_sample is true"},
      {"ddim", "\"thresholding\": false", "\"thresholding\": true", "thresholding is true"},
      {"ddpm", "fixed_small", "learned_range", "variance_type is \"learned_range\""},
      {"pndm", "\"skip_prk_steps\": true", "\"skip_prk_steps\": false", "skip_prk_steps is false"},
      {"pndm", "\"skip_prk_steps\": true,", "", "skip_prk_steps is false"},
      {"pndm", "\"trained_betas\": null", "\"trained_betas\": [0.1, 0.2]", "trained_betas is [0.1,0.2]"},
      {"euler", "\"interpolation_type\": \"linear\"", "\"interpolation_type\": \"log_linear\"", "interpolation_type"},
      {"euler", "\"final_sigmas_type\": \"zero\"", "\"final_sigmas_type\": \"sigma_min\"", "final_sigmas_type"},
      {"heun", "\"use_beta_sigmas\": false", "\"use_beta_sigmas\": true", "use_beta_sigmas is true"},
      {"dpm_solver_2m", "\"solver_order\": 2", "\"solver_order\": 3", "solver_order is 3"},
      {"dpm_solver_2m", "\"lambda_min_clipped\": -Infinity", "\"lambda_min_clipped\": -5.1", "lambda_min_clipped is -5.1"},
      {"dpm_solver_2m", "\"solver_type\": \"midpoint\"", "\"solver_type\": \"heun\"", "solver_type"},
      {"unipc", "\"solver_type\": \"bh2\"", "\"solver_type\": \"bh1\"", "solver_type"},
      {"unipc", "\"disable_corrector\": []", "\"disable_corrector\": [0]", "disable_corrector is [0]"},
      {"euler", "scaled_linear", "sigmoid", "beta_schedule is 'sigmoid'"},
      {"unipc", "v_prediction", "flow_prediction", "prediction_type is 'flow_prediction'"},
      {"ddim", "\"num_train_timesteps\": 1000", "\"num_train_timesteps\": 0", "num_train_timesteps is 0"},
      {"ddim", "\"beta_start\": 0.00085", "\"beta_start\": 0.5", "beta_start is 0.5"},
  }));
  INFO(bad.sampler << ": " << bad.to);
  take(bad.sampler, bad.from, bad.to);
  CHECK_THROWS_AS(read_scheduler_config(folder.path()), DataError);
  CHECK_THROWS_WITH(read_scheduler_config(folder.path()), Catch::Contains("scheduler_config.json") && Catch::Contains(bad.key));
}

TEST_CASE_METHOD(Fixture, "a sampler of another kind in a scheduler file is refused") {
  put(R"({"_class_name": "DPMSolverSinglestepScheduler"})");
  CHECK_THROWS_WITH(read_sampler_config(folder.path()),
                    Catch::Contains("DPMSolverSinglestepScheduler") && Catch::Contains("UniPCMultistepScheduler"));
  take("dpm_solver_2m", "\"dpmsolver++\"", "\"dpmsolver\"");
  CHECK_THROWS_WITH(read_sampler_config(folder.path()), Catch::Contains("algorithm_type is 'dpmsolver'"));
  take("ddim", "linspace", "sideways");
  CHECK_THROWS_WITH(read_sampler_config(folder.path()), Catch::Contains("timestep_spacing is 'sideways'"));
  put(R"({"_class_name": "DDIMScheduler", "clip_sample": false, "rescale_betas_zero_snr": true})");
  CHECK_THROWS_WITH(read_scheduler_config(folder.path()), Catch::Contains("rescale_betas_zero_snr"));
  put("{");
  CHECK_THROWS_AS(read_sampler_config(folder.path()), DataError);
}

TEST_CASE_METHOD(Fixture, "a written scheduler file is read back, and one that is taken over keeps its class") {
  DiffusionConfig config;
  config.num_train_timesteps = 500;
  config.beta_schedule = "squaredcos_cap_v2";
  config.rescale_betas_zero_snr = GENERATE(false, true);
  write_scheduler(folder.path(), config);
  const DiffusionConfig read = read_scheduler_config(folder.path());
  CHECK(read.prediction_type == config.prediction_type);
  CHECK(read.num_train_timesteps == 500);
  CHECK(read.beta_schedule == "squaredcos_cap_v2");
  CHECK(read.rescale_betas_zero_snr == config.rescale_betas_zero_snr);
  CHECK(read_sampler_config(folder.path()) ==
        SchedulerConfig{.name = "ddim",
                        .timestep_spacing = config.rescale_betas_zero_snr ? "trailing" : "leading",
                        .steps_offset = 1,
                        .set_alpha_to_one = false});
  CHECK(read_sampler_config(folder.path()) == sampler_of_trained(config));

  take("unipc");
  const TempFolder other;
  copy_scheduler(folder.path(), other.path());
  CHECK(read_scheduler_class(other.path()) == "UniPCMultistepScheduler");
}
