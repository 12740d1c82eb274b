#include "image_quality_files.hpp"

#include "result_text.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/file_system.hpp"
#include "radforge/io/contact_sheet.hpp"
#include "radforge/io/csv.hpp"
#include "radforge/quality/ms_ssim.hpp"

#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <map>

namespace radforge {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr int schema_version = 1;
constexpr int sheet_columns = 5;

Image image_of(const ImageSet& images, std::int64_t number) {
  const DatasetSchema& schema = images.data().schema();
  Image image{schema.height, schema.width, schema.channels, {}};
  image.pixels.resize(schema.num_bytes());
  images.data().values(images.id(number), image.pixels);
  return image;
}

/// The synthetic images on the left, and in the same places on the right what they are near to.
void write_nearest(const fs::path& folder, const ImageQuality& images, const NearestList& list) {
  std::string text = "synthetic_dataset,synthetic_id,training_dataset,training_id,training_source,distance,ratio\n";
  std::vector<Image> left;
  std::vector<Image> right;
  const auto folder_of = [](const ImageSet& set, std::int64_t number) {
    return csv_field(set.data().folder_of(set.id(number)).string());
  };
  for (const NearestTraining& one : list.worst) {
    const SampleRecord& training = images.training().record(one.training);
    text += fmt::format("{},{},{},{},{},{:.9g},{:.9g}\n", folder_of(images.synthetic(), one.synthetic),
                        images.synthetic().record(one.synthetic).id, folder_of(images.training(), one.training), training.id,
                        csv_text(training.source), one.distance, one.ratio);
    left.push_back(image_of(images.synthetic(), one.synthetic));
    right.push_back(image_of(images.training(), one.training));
  }
  write_file_atomically(folder / fmt::format("nearest-{}.csv", list.space), text);
  write_png(folder / fmt::format("nearest-{}.png", list.space), make_contact_sheet(left, right, sheet_columns));
}

Json settings_of(const ImageQualityConfig& config, const ImageQuality& images) {
  const DatasetSchema& schema = images.synthetic().data().schema();
  Json spaces = Json::object();
  for (std::size_t i = 0; i < config.features.size(); ++i) {
    const FeatureSpaceConfig& space = config.features[i];
    spaces[space.name] = {{"network", space.network.empty() ? "pixels" : space.network},
                          {"size", images.spaces()[i].input_side(schema.height)},
                          {"resize", "means of areas"}};
  }
  return {{"num_real", images.real().size()},
          {"num_synthetic", images.synthetic().size()},
          {"image_size", {schema.height, schema.width, schema.channels}},
          {"features", spaces},
          {"neighbours", config.neighbours},
          {"kid_subset_size", config.kid_subset_size},
          {"num_kid_subsets", config.num_kid_subsets},
          {"blur_sigma", config.blur_sigma},
          {"ms_ssim_scales", ms_ssim_scales(std::min(schema.height, schema.width))},
          {"seed", config.seed}};
}

std::string values_text(const std::vector<QualityValue>& values) {
  std::string text = "subgroup,features,metric,value,num_real,num_synthetic\n";
  for (const QualityValue& one : values) {
    text += fmt::format("{},{},{},{:.9g},{},{}\n", csv_field(one.group), csv_field(one.space), csv_field(one.metric), one.value,
                        one.num_real, one.num_synthetic);
  }
  return text;
}

/// Whether the number has a column in the table of its feature space.
bool is_of_table(const Json& value) {
  const std::string metric = value.at("metric");
  return value.at("features") != "" && !metric.starts_with("nearest") && !metric.starts_with("memorized") &&
         !metric.ends_with("_of_blurred");
}

std::string distances_table(const std::vector<std::pair<std::string, std::map<std::string, Json>>>& rows,
                            const std::string& space) {
  constexpr std::array metrics{"fid", "kid", "kid_deviation", "precision", "recall", "density", "coverage"};
  std::string text = fmt::format("\n{:<32} {:>9} {:>9}", "features " + space, "real", "synthetic");
  for (const char* metric : metrics) {
    text += fmt::format(" {:>13}", metric);
  }
  text += "\n";
  for (const auto& [group, values] : rows) {
    const Json& first = values.at("fid");
    text += fmt::format("{:<32} {:>9} {:>9}", group, first.at("num_real").get<std::int64_t>(),
                        first.at("num_synthetic").get<std::int64_t>());
    for (const char* metric : metrics) {
      text += fmt::format(" {:>13.6g}", values.at(metric).at("value").get<double>());
    }
    text += "\n";
  }
  return text;
}

} // namespace

void write_image_quality(const fs::path& folder, const std::string& config_digest, const ImageQualityConfig& config,
                         const ImageQuality& images, const ImageQualityResult& result) {
  for (const NearestList& list : result.nearest) {
    write_nearest(folder, images, list);
  }
  write_file_atomically(folder / "image_quality.csv", values_text(result.values));
  Json values = Json::array();
  for (const QualityValue& one : result.values) {
    values.push_back({{"subgroup", one.group},
                      {"features", one.space},
                      {"metric", one.metric},
                      {"value", one.value},
                      {"num_real", one.num_real},
                      {"num_synthetic", one.num_synthetic}});
  }
  const Json whole = {{"schema_version", schema_version},        {"config_digest", config_digest},
                      {"settings", settings_of(config, images)}, {"inputs", lines_of(images.inputs())},
                      {"not_measured", images.notes()},          {"values", values}};
  write_file_atomically(folder / image_quality_file, whole.dump(1) + "\n");
}

std::string image_quality_text(const fs::path& folder) {
  const Json whole = Json::parse(read_file(folder / image_quality_file));
  std::string text;
  for (const auto& [space, unused] : whole.at("settings").at("features").items()) {
    std::vector<std::pair<std::string, std::map<std::string, Json>>> rows;
    for (const Json& value : whole.at("values")) {
      if (value.at("features") == space && is_of_table(value)) {
        if (rows.empty() || rows.back().first != value.at("subgroup")) {
          rows.emplace_back(value.at("subgroup"), std::map<std::string, Json>());
        }
        rows.back().second[value.at("metric")] = value;
      }
    }
    text += distances_table(rows, space);
  }
  text += "\n";
  for (const Json& value : whole.at("values")) {
    if (!is_of_table(value)) {
      text += fmt::format("{:<32} {:<12} {:<32} {:>12.6g}  of {} real, {} synthetic\n", value.at("subgroup").get<std::string>(),
                          value.at("features").get<std::string>(), value.at("metric").get<std::string>(),
                          value.at("value").get<double>(), value.at("num_real").get<std::int64_t>(),
                          value.at("num_synthetic").get<std::int64_t>());
    }
  }
  return text;
}

} // namespace radforge
