#include "table_adapter.hpp"

#include "radforge/core/error.hpp"
#include "radforge/io/csv.hpp"

#include "age.hpp"

#include <fmt/core.h>

#include <optional>
#include <set>

namespace radforge {
namespace {

/// Why a row is rejected.
struct BadRow {
  std::string reason;
};

struct Columns {
  std::size_t image;
  std::size_t patient;
  std::optional<std::size_t> sex, age, age_group, race, view;
  std::vector<std::optional<std::size_t>> findings;

  Columns(const CsvTable& table, const std::vector<std::string>& finding_names)
      : image(table.column("image")), patient(table.column("patient_id")), sex(table.find_column("sex")),
        age(table.find_column("age")), age_group(table.find_column("age_group")), race(table.find_column("race")),
        view(table.find_column("view")) {
    for (const std::string& name : finding_names) {
      findings.push_back(table.find_column(name));
    }
  }
};

std::string cell(const CsvTable& table, std::size_t row, std::optional<std::size_t> column) {
  return column ? table.cell(row, *column) : std::string();
}

std::string read_sex(const std::string& text) {
  if (text.empty() || text == "M" || text == "F") {
    return text;
  }
  throw BadRow{fmt::format("unknown sex code: \"{}\" (M, F or nothing)", text)};
}

float read_age(const std::string& text) {
  if (text.empty()) {
    return -1;
  }
  if (const std::optional<float> age = parse_age(text)) {
    return *age;
  }
  throw BadRow{fmt::format("bad age: \"{}\" (years from 0 to 120)", text)};
}

std::string read_age_group(const std::string& text, float age) {
  if (!text.empty() && !is_age_group(text)) {
    throw BadRow{fmt::format("unknown age group: \"{}\"", text)};
  }
  const std::string derived = age_group_of(age);
  if (!text.empty() && !derived.empty() && text != derived) {
    throw BadRow{fmt::format("age and age group disagree: {} and \"{}\"", age, text)};
  }
  return derived.empty() ? text : derived;
}

std::int8_t read_finding(const std::string& text, const std::string& column) {
  if (text.empty() || text == "-1" || text == "-1.0") {
    return -1;
  }
  if (text == "1" || text == "1.0") {
    return 1;
  }
  if (text == "0" || text == "0.0") {
    return 0;
  }
  throw BadRow{fmt::format("bad finding: \"{}\" in {} (1, 0, -1 or nothing)", text, column)};
}

/// The image's path below the root, in its shortest form.
std::filesystem::path read_image_path(const std::string& text) {
  if (text.empty()) {
    throw BadRow{"no image named"};
  }
  const std::filesystem::path path = std::filesystem::path(text).lexically_normal();
  if (path.is_absolute() || *path.begin() == "..") {
    throw BadRow{"image outside the site's folder"};
  }
  return path;
}

ManifestRow read_row(const CsvTable& table, std::size_t row, const Columns& columns, const SiteConfig& site,
                     const std::vector<std::string>& findings, std::set<std::filesystem::path>& images) {
  const std::filesystem::path image = read_image_path(table.cell(row, columns.image));
  if (!images.insert(image).second) {
    throw BadRow{"duplicate image"};
  }
  ManifestRow out;
  out.image = std::filesystem::path(site.root) / image;
  out.line = table.line(row);
  SampleRecord& record = out.record;
  record.source = site.name + "/" + image.generic_string();
  const std::string& patient = table.cell(row, columns.patient);
  if (patient.empty()) {
    throw BadRow{"no patient named"};
  }
  record.patient = (site.patient_namespace.empty() ? site.name : site.patient_namespace) + "/" + patient;
  record.sex = read_sex(cell(table, row, columns.sex));
  record.age = read_age(cell(table, row, columns.age));
  record.age_group = read_age_group(cell(table, row, columns.age_group), record.age);
  record.race = cell(table, row, columns.race);
  record.view = cell(table, row, columns.view);
  for (std::size_t i = 0; i < findings.size(); ++i) {
    record.findings.push_back(read_finding(cell(table, row, columns.findings[i]), findings[i]));
  }
  std::error_code error;
  if (!std::filesystem::is_regular_file(out.image, error)) {
    throw BadRow{"missing image file"};
  }
  return out;
}

} // namespace

SiteTable read_site_table(const SiteConfig& site, const std::vector<std::string>& findings) {
  std::error_code error;
  if (!std::filesystem::is_directory(site.root, error)) {
    throw ConfigError("site {}: no folder \"{}\" (sites.root; relative paths start at {}) correct the path", site.name, site.root,
                      std::filesystem::current_path().string());
  }
  const CsvTable table = CsvTable::read(std::filesystem::path(site.root) / site.table);
  const Columns columns(table, findings);
  SiteTable out;
  for (std::size_t i = 0; i < findings.size(); ++i) {
    if (columns.findings[i]) {
      out.findings.push_back(findings[i]);
    }
  }
  std::set<std::filesystem::path> images;
  for (std::size_t row = 0; row < table.num_rows(); ++row) {
    try {
      out.manifest.rows.push_back(read_row(table, row, columns, site, findings, images));
    } catch (const BadRow& bad) {
      out.manifest.rejections.push_back({site.name, table.line(row), table.cell(row, columns.image), bad.reason});
    }
  }
  return out;
}

} // namespace radforge
