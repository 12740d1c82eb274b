#include "radforge/tasks/text_states.hpp"

#include "kept_tensors.hpp"
#include "value_tensor.hpp"

#include "radforge/core/error.hpp"
#include "radforge/data/dataset.hpp"
#include "radforge/nn/device_copy.hpp"
#include "radforge/tasks/encode_alone.hpp"

#include <ATen/ops/stack.h>

#include <unordered_map>
#include <utility>

namespace radforge {

namespace {

struct Place {
  const Dataset* cache = nullptr;
  std::int64_t row = 0;
};

} // namespace

struct TextStates::State {
  Model model;
  KeptTensors<std::string> kept;
  std::vector<std::unique_ptr<Dataset>> caches;
  std::unordered_map<std::string, Place> places;
  std::int64_t num_computed = 0;

  void open(const std::filesystem::path& folder) {
    caches.push_back(std::make_unique<Dataset>(folder));
    const Dataset& cache = *caches.back();
    if (cache.schema().kind != ValueKind::text_states) {
      throw DataError("{} holds {}, not text states (it lies where they belong) prepare the latents again", folder.string(),
                      name_of(cache.schema().kind));
    }
    if (const std::string& theirs = cache.schema().encoding.model_digest; theirs != model.digest) {
      throw ConfigError("the text states in {} were made by another text encoder (its digest, tokenizer included, is {}, that of "
                        "this run {}). Name the pipeline that made them, or prepare the latents again",
                        folder.string(), theirs, model.digest);
    }
    for (std::int64_t row = 0; row < cache.index().num_rows(); ++row) {
      places.try_emplace(cache.record(row).prompt, Place{&cache, row});
    }
  }
};

TextStates::TextStates(Model model, const std::vector<std::filesystem::path>& caches, std::size_t kept_bytes)
    : state_(new State{std::move(model), KeptTensors<std::string>(kept_bytes), {}, {}, 0}) {
  for (const std::filesystem::path& folder : caches) {
    state_->open(folder);
  }
}

TextStates::~TextStates() = default;

std::int64_t TextStates::num_computed() const { return state_->num_computed; }

at::Tensor TextStates::states_of(const std::string& prompt) {
  if (const at::Tensor* known = state_->kept.find(prompt)) {
    return *known;
  }
  at::Tensor states;
  if (const auto place = state_->places.find(prompt); place != state_->places.end()) {
    const Dataset& cache = *place->second.cache;
    std::vector<std::uint8_t> bytes(cache.schema().num_bytes());
    cache.values(place->second.row, bytes);
    states = copied_to(value_tensor(bytes, cache.schema())[0], state_->model.device);
  } else {
    states = encode_alone(state_->model.encoder, state_->model.tokenizer, prompt);
    ++state_->num_computed;
  }
  state_->kept.keep(prompt, states);
  return states;
}

at::Tensor TextStates::states(std::span<const std::string> prompts) {
  std::vector<at::Tensor> rows;
  for (const std::string& prompt : prompts) {
    rows.push_back(states_of(prompt));
  }
  return at::stack(rows);
}

} // namespace radforge
