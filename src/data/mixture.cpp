#include "radforge/data/mixture.hpp"

#include "radforge/core/error.hpp"

#include "subset.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

namespace radforge {

namespace {

std::vector<std::int64_t> shifted(std::vector<std::int64_t> ids, std::int64_t by) {
  for (std::int64_t& id : ids) {
    id += by;
  }
  return ids;
}

void require_fitting_schema(DatasetSchema schema, const std::string& folder, const DatasetSchema& first,
                            const std::string& first_folder) {
  if (schema.kind != first.kind) {
    throw ConfigError("{} holds {} and {} {} (a training sees one kind) prepare them alike", first_folder, name_of(first.kind),
                      folder, name_of(schema.kind));
  }
  if (schema.encoding.model_digest != first.encoding.model_digest) {
    throw ConfigError("the latents in {} and {} do not mix (autoencoders of the digests {} and {} made them) prepare them alike",
                      first_folder, folder, first.encoding.model_digest, schema.encoding.model_digest);
  }
  schema.findings = first.findings;
  schema.generation = first.generation; // real images mix with generated ones
  if (schema != first) {
    throw ConfigError("{} and {} do not mix (their image sizes, channels or types differ) prepare them alike", first_folder,
                      folder);
  }
}

std::string folders_text(const std::vector<std::filesystem::path>& folders) {
  std::vector<std::string> texts;
  for (const std::filesystem::path& folder : folders) {
    texts.push_back(folder.string());
  }
  return fmt::format("{}", fmt::join(texts, " and "));
}

std::string or_unknown(const std::string& text) { return text.empty() ? "unknown" : text; }

// What a balance goes by, as its groups are named.
std::string value_of(const std::string& name, const SampleRecord& record, const std::vector<std::string>& findings,
                     const std::vector<std::int8_t>& values) {
  if (name == "sex") {
    return or_unknown(record.sex);
  }
  if (name == "age_group") {
    return or_unknown(record.age_group);
  }
  if (name == "race") {
    return or_unknown(record.race);
  }
  if (name == "view") {
    return or_unknown(record.view);
  }
  if (name == "site") {
    return site_of(record);
  }
  const auto found = std::ranges::find(findings, name);
  if (found == findings.end()) {
    throw ConfigError("data.balance: '{}' is nothing to balance by (there are sex, age_group, race, view, site, and the findings "
                      "{}) correct it",
                      name, fmt::join(findings, ", "));
  }
  const std::int8_t value = values[static_cast<std::size_t>(found - findings.begin())];
  return value == 1 ? name : (value == 0 ? "no " : "unknown ") + name;
}

void require_fit_for_training(const DatasetSchema& schema, const std::string& folder, const DataConfig& config) {
  if (schema.kind == ValueKind::text_states) {
    throw ConfigError("{} holds text states (they are read with the latents beside them) name the folder above it", folder);
  }
  if (schema.kind != ValueKind::images && config.augmentation != AugmentationConfig{}) {
    throw ConfigError("data.augmentation is set and {} holds {} (they were made of the images as they are) leave augmentation "
                      "out, or train on the images",
                      folder, name_of(schema.kind));
  }
}

} // namespace

Mixture::Mixture(const DataConfig& config) {
  require(!config.sources.empty(), "a mixture has sources");
  std::int64_t first_id = 0;
  for (const DataSourceConfig& source : config.sources) {
    auto dataset = std::make_unique<Dataset>(source.dataset);
    require_fit_for_training(dataset->schema(), source.dataset, config);
    if (!sources_.empty()) {
      require_fitting_schema(dataset->schema(), source.dataset, sources_.front().dataset->schema(),
                             config.sources.front().dataset);
    }
    const std::int64_t num_rows = dataset->index().num_rows();
    sources_.push_back({source, source.dataset, std::move(dataset), first_id, {}});
    first_id += num_rows;
  }
  unite_findings(config.findings);
  for (const Source& source : sources_) {
    const Dataset& dataset = *source.dataset;
    if (source.config.weight == 0) {
      continue;
    }
    add_training(
        config, source.config,
        shifted(keyed_subset(dataset, dataset.select(source.config, source.config.split), source.config), source.first_id));
  }
  if (config.validation_split.empty()) {
    return;
  }
  validation_ = of_split(config.validation_split);
  if (validation_.empty()) {
    throw DataError("no sample of any source is in split {} (validation needs some) choose another data.validation_split",
                    config.validation_split);
  }
}

void Mixture::unite_findings(const std::string& policy) {
  schema_ = sources_.front().dataset->schema();
  const auto has = [](const std::vector<std::string>& names, const std::string& name) {
    return std::ranges::find(names, name) != names.end();
  };
  std::vector<std::string> all = schema_.findings;
  std::vector<std::string> shared = schema_.findings;
  bool same = true;
  for (const Source& source : sources_) {
    const std::vector<std::string>& theirs = source.dataset->schema().findings;
    same = same && theirs == schema_.findings;
    std::ranges::copy_if(theirs, std::back_inserter(all), [&](const std::string& name) { return !has(all, name); });
    std::erase_if(shared, [&](const std::string& name) { return !has(theirs, name); });
  }
  if (!same && policy == "same") {
    throw ConfigError("{} do not have the same findings (all: {}; shared, in the first one's order: {}) set data.findings to "
                      "intersection or union, or prepare them alike",
                      folders_text(folders()), fmt::join(all, ", "), fmt::join(shared, ", "));
  }
  if (!same) {
    schema_.findings = policy == "union" ? all : shared;
    if (schema_.findings.empty()) {
      throw ConfigError("the sources share no finding (data.findings is {}) take their union", policy);
    }
    notes_.push_back(fmt::format("the sources differ in their findings: {} of {} are taken ({})", schema_.findings.size(),
                                 all.size(), fmt::join(schema_.findings, ", ")));
  }
  for (Source& source : sources_) {
    const std::vector<std::string>& theirs = source.dataset->schema().findings;
    std::vector<std::string> unknown;
    for (const std::string& name : schema_.findings) {
      const auto found = std::ranges::find(theirs, name);
      source.columns.push_back(found == theirs.end() ? -1 : found - theirs.begin());
      if (found == theirs.end()) {
        unknown.push_back(name);
      }
    }
    if (!unknown.empty()) {
      notes_.push_back(fmt::format("unknown in {}: {}", source.folder.string(), fmt::join(unknown, ", ")));
    }
  }
}

void Mixture::add_training(const DataConfig& config, const DataSourceConfig& source, const std::vector<std::int64_t>& ids) {
  if (config.balance.empty()) {
    training_.push_back({ids, source.weight});
    return;
  }
  std::map<std::string, std::vector<std::int64_t>> groups;
  for (const std::int64_t id : ids) {
    std::vector<std::string> values;
    for (const std::string& name : config.balance) {
      values.push_back(value_of(name, record(id), schema_.findings, findings(id)));
    }
    groups[fmt::format("{}", fmt::join(values, ", "))].push_back(id);
  }
  std::vector<std::string> texts;
  for (auto& [name, members] : groups) {
    texts.push_back(fmt::format("{} of {}", members.size(), name));
    training_.push_back({std::move(members), source.weight / static_cast<double>(groups.size())});
  }
  notes_.push_back(fmt::format("{}: {} groups have the same share of the samples ({})", source.dataset, groups.size(),
                               fmt::join(texts, "; ")));
}

const Mixture::Source& Mixture::source_of(std::int64_t id) const {
  require(id >= 0, "the id of a sample");
  const auto after = std::upper_bound(sources_.begin(), sources_.end(), id,
                                      [](std::int64_t value, const Source& source) { return value < source.first_id; });
  return *std::prev(after);
}

const SampleRecord& Mixture::record(std::int64_t id) const {
  const Source& source = source_of(id);
  return source.dataset->record(id - source.first_id);
}

std::vector<std::int8_t> Mixture::findings(std::int64_t id) const {
  const Source& source = source_of(id);
  const std::vector<std::int8_t>& theirs = source.dataset->record(id - source.first_id).findings;
  std::vector<std::int8_t> values;
  for (const std::int64_t column : source.columns) {
    values.push_back(column < 0 ? std::int8_t{-1} : theirs[static_cast<std::size_t>(column)]);
  }
  return values;
}

void Mixture::values(std::int64_t id, std::span<std::uint8_t> out) const {
  const Source& source = source_of(id);
  source.dataset->values(id - source.first_id, out);
}

std::vector<std::int64_t> Mixture::of_split(const std::string& split) const {
  std::set<std::int64_t> trained;
  for (const SamplerSource& source : training_) {
    trained.insert(source.ids.begin(), source.ids.end());
  }
  std::vector<std::int64_t> ids;
  for (const Source& source : sources_) {
    const std::vector<std::int64_t> found = shifted(source.dataset->find(source.config, split), source.first_id);
    const bool is_training = source.config.split == split && source.config.weight > 0;
    std::ranges::copy_if(found, std::back_inserter(ids), [&](std::int64_t id) { return !is_training || trained.contains(id); });
  }
  return ids;
}

std::vector<std::filesystem::path> Mixture::folders() const {
  std::vector<std::filesystem::path> folders;
  std::ranges::transform(sources_, std::back_inserter(folders), &Source::folder);
  return folders;
}

std::vector<std::filesystem::path> Mixture::text_states() const {
  std::vector<std::filesystem::path> folders;
  for (const Source& source : sources_) {
    if (source.dataset->index().text_states) {
      folders.push_back(source.folder / DatasetIndex::text_states_folder);
    }
  }
  return folders;
}

} // namespace radforge
