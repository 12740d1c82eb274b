#include "radforge/models/classifier_folder.hpp"

#include "json_config.hpp"

#include "radforge/nn/state_dict.hpp"

namespace radforge {

namespace fs = std::filesystem;

namespace {

constexpr const char* config_file = "classifier/config.json";
constexpr const char* weights_file = "classifier/model.safetensors";
constexpr std::int64_t schema_version = 1;

} // namespace

void write_classifier(const fs::path& result, const ClassifierDescription& description, const StateDict& weights) {
  const ClassifierConfig& config = description.config;
  write_json(result / config_file, {{"_class_name", "Classifier"},
                                    {"schema_version", schema_version},
                                    {"architecture", config.architecture},
                                    {"in_channels", config.in_channels},
                                    {"normalization", config.normalization},
                                    {"num_classes", config.num_classes},
                                    {"num_blocks", config.num_blocks},
                                    {"width", config.width},
                                    {"label", description.label},
                                    {"names", description.names},
                                    {"image_size", description.image_size},
                                    {"value_offset", description.value_offset},
                                    {"value_scale", description.value_scale}});
  write_state_dict(result / weights_file, weights);
}

ClassifierDescription read_classifier_description(const fs::path& result) {
  const JsonConfig json(result / config_file);
  json.require_class("_class_name", "Classifier");
  json.require_value("schema_version", schema_version);
  ClassifierDescription description;
  ClassifierConfig& config = description.config;
  config.architecture = json.get<std::string>("architecture");
  config.in_channels = json.get<std::int64_t>("in_channels");
  config.normalization = json.get<std::string>("normalization");
  config.num_classes = json.get<std::int64_t>("num_classes");
  config.num_blocks = json.get<std::vector<std::int64_t>>("num_blocks");
  config.width = json.get<std::int64_t>("width");
  description.label = json.get<std::string>("label");
  description.names = json.get<std::vector<std::string>>("names");
  description.image_size = json.get<std::int64_t>("image_size");
  description.value_offset = json.get<double>("value_offset");
  description.value_scale = json.get<double>("value_scale");
  json.check(config);
  if (config.num_classes != static_cast<std::int64_t>(description.names.size())) {
    throw DataError("{}: {} names for {} outputs (each has one). Take the file as it was saved", json.path().string(),
                    description.names.size(), config.num_classes);
  }
  return description;
}

StateDict read_classifier_weights(const fs::path& result) { return read_state_dict(result / weights_file); }

fs::path find_classifier(const fs::path& path) {
  for (const fs::path& folder : {path, path / "pipeline"}) {
    if (fs::exists(folder / config_file)) {
      return folder;
    }
  }
  throw DataError("{}: no classifier is in it (neither {} nor pipeline/{} is there) name the folder of a finished run",
                  path.string(), config_file, config_file);
}

} // namespace radforge
