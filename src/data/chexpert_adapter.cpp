#include "chexpert_adapter.hpp"

#include "radforge/core/error.hpp"

#include "age.hpp"
#include "cell_text.hpp"
#include "row_collector.hpp"
#include "site_files.hpp"

#include <fmt/core.h>

#include <array>
#include <unordered_map>

namespace radforge {
namespace {

using Races = std::unordered_map<std::uint64_t, std::string>; // by patient

/// The number in "patient00042".
std::optional<std::uint64_t> patient_number(std::string_view text) {
  return text.starts_with("patient") ? parse_number(text.substr(7)) : std::nullopt;
}

Races read_races(const SiteConfig& site) {
  Races races;
  if (site.demographics.empty()) {
    return races;
  }
  if (!std::filesystem::is_regular_file(site.demographics)) {
    throw ConfigError("site {}: no file \"{}\" (sites.demographics: the table CHEXPERT DEMO) correct the path", site.name,
                      site.demographics);
  }
  const std::string text = read_table_text(site.demographics);
  CsvReader table(text, site.demographics);
  const std::size_t patient = table.column("PATIENT");
  const std::size_t race = table.column("PRIMARY_RACE");
  const std::size_t ethnicity = table.column("ETHNICITY");
  while (table.next()) {
    if (const auto number = patient_number(table.cell(patient))) {
      const bool hispanic = race_of(table.cell(ethnicity)) == "HISPANIC";
      races.emplace(*number, hispanic ? "HISPANIC" : race_of(table.cell(race)));
    }
  }
  if (races.empty()) {
    throw DataError("{}: no row names a patient as \"patient00042\" (column PATIENT) give the provider's table",
                    site.demographics);
  }
  return races;
}

/// Below the root: without the collection's own name at its beginning.
std::string below_root(const std::string& path) {
  const std::size_t slash = path.find('/');
  return path.starts_with("CheXpert-v1.0") && slash != std::string::npos ? path.substr(slash + 1) : path;
}

/// The part of "train/patient00042/study1/view1_frontal.jpg" that names the patient.
std::string patient_of(const std::string& path) {
  for (const std::filesystem::path& part : std::filesystem::path(path)) {
    if (patient_number(part.string())) {
      return part.string();
    }
  }
  throw BadRow{"no patient in the path"};
}

/// Frontal images are AP, PA or, lying on a side, LL or RL.
std::string view_of(const std::string& frontal_or_lateral, const std::string& direction) {
  return frontal_or_lateral == "Lateral" ? "LATERAL" : direction;
}

float read_age(const std::string& text, RowCollector& rows) {
  const std::optional<float> age = parse_age(text);
  if (!age && !text.empty()) {
    rows.note("age out of range");
  }
  return age.value_or(0.0F) == 0.0F ? -1.0F : *age;
}

constexpr std::array<std::pair<const char*, const char*>, 3> tables{
    {{"train.csv", "train"}, {"valid.csv", "validation"}, {"test.csv", "test"}}};

void read_rows(const std::filesystem::path& path, const char* split, const Races& races, RowCollector& rows) {
  const std::string text = read_table_text(path);
  CsvReader table(text, path.string());
  const std::size_t image = table.column("Path");
  const std::size_t sex = table.column("Sex");
  const std::size_t age = table.column("Age");
  const std::size_t frontal_or_lateral = table.column("Frontal/Lateral");
  const std::size_t direction = table.column("AP/PA");
  std::vector<std::optional<std::size_t>> labels;
  for (const std::string& label : rows.labels()) {
    labels.push_back(table.find_column(label));
  }
  while (table.next()) {
    rows.add(table.line(), below_root(table.cell(image)), [&](SiteRow& row) {
      row.patient = patient_of(row.image);
      row.sex = read_sex(table.cell(sex));
      row.age = read_age(table.cell(age), rows);
      row.view = view_of(table.cell(frontal_or_lateral), table.cell(direction));
      row.split = split;
      const auto race = races.find(*patient_number(row.patient));
      row.race = race == races.end() ? "" : race->second;
      for (std::size_t i = 0; i < labels.size(); ++i) {
        row.labels[i] = read_label(table.cell(labels[i]), rows.labels()[i]);
      }
    });
  }
}

} // namespace

SiteTable read_chexpert_site(const SiteConfig& site) {
  const Races races = read_races(site);
  const std::filesystem::path train = find_table(site, site.root, {"train.csv"});
  const std::string text = read_table_text(train);
  RowCollector rows(site.name,
                    columns_except(CsvReader(text, train.string()), {"Path", "Sex", "Age", "Frontal/Lateral", "AP/PA"}));
  for (const auto& [table, split] : tables) {
    if (has_table(site.root, table)) {
      read_rows(find_table(site, site.root, {table}), split, races, rows);
    }
  }
  return rows.finish();
}

} // namespace radforge
