#include "radforge/tasks/text_state_rows.hpp"

#include "value_tensor.hpp"

#include "radforge/core/error.hpp"
#include "radforge/models/clip_text_encoder.hpp"
#include "radforge/models/clip_tokenizer.hpp"
#include "radforge/models/model_digest.hpp"
#include "radforge/models/pipeline_folder.hpp"
#include "radforge/nn/precision.hpp"
#include "radforge/tasks/encode_alone.hpp"

#include <set>
#include <string>

namespace radforge {

namespace {

std::vector<std::string> texts_of(const Dataset& images) {
  std::set<std::string> texts{""}; // what a dropped caption is, and guidance's empty prompt
  for (std::int64_t id = 0; id < images.index().num_rows(); ++id) {
    if (images.record(id).status == "ok") {
      texts.insert(images.record(id).prompt);
    }
  }
  return {texts.begin(), texts.end()};
}

} // namespace

struct TextStateRows::State {
  State(const LatentsConfig& config, const Dataset& images, at::Device device)
      : texts(texts_of(images)), tokenizer_folder(std::filesystem::path(config.pipeline) / "tokenizer"),
        tokenizer(tokenizer_folder), encoder_config(read_text_encoder_config(config.pipeline)),
        encoder(encoder_config, ParameterScope(parameters)) {
    if (tokenizer.max_length() > encoder_config.max_position_embeddings || tokenizer.vocab_size() > encoder_config.vocab_size) {
      throw ConfigError("{} makes texts of {} tokens out of {} (the text encoder takes {} out of {}). Take parts that belong "
                        "together",
                        tokenizer_folder.string(), tokenizer.max_length(), tokenizer.vocab_size(),
                        encoder_config.max_position_embeddings, encoder_config.vocab_size);
    }
    const StateDict weights = read_text_encoder_weights(config.pipeline);
    parameters.allocate_frozen(scalar_type_of(config.precision), device);
    parameters.load(parameters.flat(), weights, "", fmt::format("weights of the text encoder in {}", config.pipeline));
    schema = {.height = static_cast<int>(tokenizer.max_length()),
              .width = static_cast<int>(encoder_config.hidden_size),
              .channels = 1,
              .findings = {},
              .kind = ValueKind::text_states,
              .type = config.values == "fp16" ? ValueType::float16 : ValueType::float32,
              .encoding = {.model_digest = text_encoder_digest(encoder_config, weights, tokenizer_folder)}};
  }

  std::vector<std::string> texts;
  std::filesystem::path tokenizer_folder;
  ClipTokenizer tokenizer;
  TextEncoderConfig encoder_config;
  ParameterSet parameters;
  ClipTextEncoder encoder;
  DatasetSchema schema;
};

TextStateRows::TextStateRows(const LatentsConfig& config, const Dataset& images, at::Device device)
    : state_(std::make_unique<State>(config, images, device)) {}
TextStateRows::~TextStateRows() = default;

const DatasetSchema& TextStateRows::schema() const { return state_->schema; }
std::int64_t TextStateRows::num_rows() const { return static_cast<std::int64_t>(state_->texts.size()); }

SampleRecord TextStateRows::record(std::int64_t id) const {
  SampleRecord record;
  record.id = id;
  record.source = fmt::format("text/{}", id);
  record.prompt = state_->texts[static_cast<std::size_t>(id)];
  return record;
}

std::vector<std::uint8_t> TextStateRows::values(std::int64_t id) const {
  return value_bytes(encode_alone(state_->encoder, state_->tokenizer, state_->texts[static_cast<std::size_t>(id)]),
                     state_->schema.type);
}

} // namespace radforge
