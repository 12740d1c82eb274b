#include "inspect_dataset.hpp"

#include "real_images.hpp"

#include "radforge/io/contact_sheet.hpp"

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>
#include <string>

namespace radforge {

namespace {

constexpr std::size_t num_samples = 48;
constexpr int num_columns = 8;

const char* known(const std::string& text) { return text.empty() ? "unknown" : text.c_str(); }

void print_values(const DatasetSchema& schema) {
  const char* digest = schema.encoding.model_digest.c_str();
  if (schema.kind == ValueKind::images) {
    std::printf("  images    %d x %d, %d channels\n", schema.height, schema.width, schema.channels);
  } else if (schema.kind == ValueKind::latents) {
    std::printf("  latents   %d x %d, %d channels of mean and as many of log variance, %s\n", schema.height, schema.width,
                schema.channels / 2, name_of(schema.type));
    const ImageShape image = image_shape_of(schema);
    std::printf("  made of   images of %d x %d, %d channels, by the autoencoder of digest %s, scaling factor %.6g\n",
                image.height, image.width, image.channels, digest, schema.encoding.scaling_factor);
  } else {
    std::printf("  states    %d tokens x %d, %s\n", schema.height, schema.width, name_of(schema.type));
    std::printf("  made of   texts, by the text encoder of digest %s\n", digest);
  }
}

void print_head(const DatasetIndex& index, const std::filesystem::path& folder) {
  std::int64_t bytes = 0;
  for (const ShardSummary& shard : index.shards) {
    bytes += shard.num_bytes;
  }
  std::printf("%s: data set made by %s\n", folder.c_str(), index.name.c_str());
  print_values(index.schema);
  std::printf("  rows      %ld in %zu shards of up to %ld, %.1f MB\n", index.num_rows(), index.shards.size(),
              index.rows_per_shard, static_cast<double>(bytes) / 1e6);
  for (const auto& [what, values] : index.counts) {
    std::printf("  %-9s", what.c_str());
    for (const auto& [value, count] : values) {
      std::printf(" %s: %ld ", value.c_str(), count);
    }
    std::printf("\n");
  }
}

/// Rows by sex and age group.
void print_subgroups(const std::vector<const SampleRecord*>& rows) {
  std::map<std::string, std::map<std::string, std::int64_t>> counts;
  std::set<std::string> groups;
  for (const SampleRecord* row : rows) {
    ++counts[known(row->sex)][known(row->age_group)];
    groups.insert(known(row->age_group));
  }
  std::printf("\n  %-10s", "sex / age");
  for (const std::string& group : groups) {
    std::printf(" %9s", group.c_str());
  }
  std::printf("\n");
  for (auto& [sex, by_group] : counts) {
    std::printf("  %-10s", sex.c_str());
    for (const std::string& group : groups) {
      std::printf(" %9ld", by_group[group]);
    }
    std::printf("\n");
  }
}

/// Per finding: rows that have it, of those where it is known.
void print_prevalence(const std::vector<const SampleRecord*>& rows, const std::vector<std::string>& findings) {
  if (findings.empty()) {
    return;
  }
  std::printf("\n  %-28s %9s %9s %9s %11s\n", "finding", "present", "absent", "unknown", "prevalence");
  for (std::size_t i = 0; i < findings.size(); ++i) {
    const auto count = [&](std::int8_t state) {
      return std::ranges::count_if(rows, [&](const SampleRecord* row) { return row->findings[i] == state; });
    };
    const auto present = count(1);
    const auto absent = count(0);
    std::printf("  %-28s %9ld %9ld %9ld", findings[i].c_str(), present, absent, count(-1));
    if (present + absent > 0) {
      std::printf(" %9.1f %%", 100.0 * static_cast<double>(present) / static_cast<double>(present + absent));
    }
    std::printf("\n");
  }
}

/// What the check of generated images found: of those that stayed, and of those that no attempt could make.
void print_checks(const Dataset& dataset) {
  const DatasetSchema& schema = dataset.schema();
  if (!schema.generation || schema.generation->checks.empty()) {
    return;
  }
  std::map<std::int32_t, std::int64_t> attempts;
  std::vector<std::map<std::int8_t, std::int64_t>> results(schema.generation->checks.size());
  for (std::int64_t id = 0; id < dataset.index().num_rows(); ++id) {
    const SampleRecord& record = dataset.record(id);
    if (record.status == "ok") {
      ++attempts[record.attempt];
    }
    for (std::size_t i = 0; i < results.size(); ++i) {
      ++results[i][record.check_passed[i]];
    }
  }
  std::printf("\n  %-10s %9s %9s %9s\n", "check", "passed", "failed", "not asked");
  for (std::size_t i = 0; i < results.size(); ++i) {
    std::printf("  %-10s %9ld %9ld %9ld\n", schema.generation->checks[i].c_str(), results[i][1], results[i][0], results[i][-1]);
  }
  std::printf("  images by attempt");
  for (const auto& [attempt, count] : attempts) {
    std::printf("  %d: %ld", attempt, count);
  }
  std::printf("\n");
}

} // namespace

void inspect_dataset(const std::filesystem::path& folder) {
  const Dataset dataset(folder);
  print_head(dataset.index(), folder);
  print_checks(dataset);
  std::vector<const SampleRecord*> rows;
  for (std::int64_t id = 0; id < dataset.index().num_rows(); ++id) {
    if (dataset.record(id).status == "ok") {
      rows.push_back(&dataset.record(id));
    }
  }
  if (rows.empty()) {
    return;
  }
  print_subgroups(rows);
  print_prevalence(rows, dataset.schema().findings);

  if (dataset.index().text_states) {
    std::printf("\n");
    const std::filesystem::path states = folder / DatasetIndex::text_states_folder;
    print_head(DatasetIndex::load(states), states);
  }
  if (dataset.schema().kind != ValueKind::images) {
    return; // nothing to look at
  }
  std::vector<std::int64_t> shown; // evenly over the data set
  const std::size_t count = std::min(rows.size(), num_samples);
  for (std::size_t i = 0; i < count; ++i) {
    shown.push_back(rows[i * rows.size() / count]->id);
  }
  const std::filesystem::path sheet = folder / "samples.png";
  write_png(sheet, make_contact_sheet({}, images_of(dataset, shown), num_columns));
  std::printf("\n%s\n", sheet.c_str());
}

} // namespace radforge
