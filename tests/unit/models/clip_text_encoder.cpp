#include "radforge/models/clip_text_encoder.hpp"

#include "radforge/core/error.hpp"

#include "golden.hpp"

using namespace radforge;

namespace {

TextEncoderConfig golden_config() {
  TextEncoderConfig config;
  config.vocab_size = 100;
  config.hidden_size = 24;
  config.intermediate_size = 48;
  config.max_position_embeddings = 12;
  return config;
}

} // namespace

TEST_CASE("ClipTextEncoder has the outputs and gradients of transformers' CLIPTextModel") {
  const StateDict golden = read_golden("models/clip_text");
  ParameterSet parameters;
  const ClipTextEncoder encoder(golden_config(), ParameterScope(parameters));
  parameters.allocate(1);
  parameters.load(parameters.flat(), under(golden, "weights."));

  const at::Tensor states = encoder.forward(golden.at("ids"));
  CHECK(relative_difference(states, golden.at("last_hidden_state")) < 2e-5);

  states.mul(golden.at("hidden_weight")).mean().backward();
  check_gradients(parameters, under(golden, "gradients."), 1e-4);
}

TEST_CASE("ClipTextEncoder in half precision stays near") {
  const StateDict golden = read_golden("models/clip_text");
  ParameterSet parameters;
  const ClipTextEncoder encoder(golden_config(), ParameterScope(parameters));
  parameters.allocate_frozen(at::kBFloat16);
  parameters.load(parameters.flat(), under(golden, "weights."));
  const at::Tensor states = encoder.forward(golden.at("ids"));
  CHECK(states.scalar_type() == at::kFloat);
  CHECK(relative_difference(states, golden.at("last_hidden_state")) < 3e-2);
  CHECK(relative_difference(states, golden.at("last_hidden_state")) > 1e-5); // it was computed in bf16
}

TEST_CASE("ClipTextEncoder refuses an activation it does not know") {
  ParameterSet parameters;
  TextEncoderConfig config;
  config.vocab_size = 10;
  config.hidden_act = "relu";
  CHECK_THROWS_AS(ClipTextEncoder(config, ParameterScope(parameters)), ConfigError);
}
