#include "padchest_adapter.hpp"

#include "age.hpp"
#include "cell_text.hpp"
#include "python_list.hpp"
#include "row_collector.hpp"
#include "site_files.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <set>

namespace radforge {
namespace {

constexpr std::array<const char*, 2> terms_of_reports{"exclude", "unchanged"};

[[noreturn]] void reject_by_choice(std::string reason) { throw BadRow{std::move(reason), Rejection::Kind::choice}; }

/// The terms of a cell, without the spaces around them and the empty ones that the provider's table has. Errors: BadRow.
std::set<std::string> terms_of(const std::string& cell) {
  std::set<std::string> terms;
  if (cell.empty() || cell == "nan") {
    return terms;
  }
  const auto list = parse_python_list(cell);
  if (!list) {
    throw BadRow{fmt::format("bad list of labels: {}", cell)};
  }
  for (const std::string& item : *list) {
    if (const std::string_view term = trim(item); !term.empty()) {
      terms.emplace(term);
    }
  }
  return terms;
}

std::vector<std::string> all_terms(CsvReader table) {
  const std::size_t labels = table.column("Labels");
  std::set<std::string> terms;
  while (table.next()) {
    try {
      terms.merge(terms_of(table.cell(labels)));
    } catch (const BadRow&) {
      continue; // the row is rejected when it is read
    }
  }
  for (const char* term : terms_of_reports) {
    terms.erase(term);
  }
  return {terms.begin(), terms.end()};
}

std::string view_of(const std::string& projection) {
  if (projection == "EXCLUDE") {
    reject_by_choice("projection excluded");
  }
  if (projection == "L") {
    return "LATERAL";
  }
  return projection == "UNK" || projection == "nan" ? "" : projection;
}

float age_of(const std::string& study_date, const std::string& birth, RowCollector& rows) {
  const std::optional<int> study_year = parse_year(study_date);
  const std::optional<int> birth_year = parse_year(birth);
  if (!study_year || !birth_year) {
    return -1;
  }
  const int age = *study_year - *birth_year;
  if (!is_plausible_age(age)) {
    rows.note("age out of range");
    return -1;
  }
  return static_cast<float>(age);
}

void read_terms(const std::string& cell, RowCollector& rows, std::vector<LabelState>& labels) {
  const std::set<std::string> terms = terms_of(cell);
  for (const char* term : terms_of_reports) {
    if (terms.contains(term)) {
      reject_by_choice(fmt::format("labelled {}", term));
    }
  }
  if (terms.empty()) {
    labels.clear();
    rows.note("no labels");
    return;
  }
  std::transform(rows.labels().begin(), rows.labels().end(), labels.begin(),
                 [&](const std::string& label) { return terms.contains(label) ? LabelState::present : LabelState::absent; });
}

} // namespace

SiteTable read_padchest_site(const SiteConfig& site) {
  const std::filesystem::path path = find_table(site, site.root, {"PADCHEST_chest_x_ray_images_labels_160K_01.02.19.csv"});
  const std::string text = read_table_text(path);
  CsvReader table(text, path.string());
  const std::size_t image = table.column("ImageID");
  const std::size_t folder = table.column("ImageDir");
  const std::size_t study_date = table.column("StudyDate_DICOM");
  const std::size_t patient = table.column("PatientID");
  const std::size_t birth = table.column("PatientBirth");
  const std::size_t sex = table.column("PatientSex_DICOM");
  const std::size_t projection = table.column("Projection");
  const std::size_t method = table.column("MethodLabel");
  const std::size_t labels = table.column("Labels");
  RowCollector rows(site.name, all_terms(table));
  while (table.next()) {
    const std::string& name = table.cell(image);
    rows.add(table.line(), name.empty() ? "" : table.cell(folder) + "/" + name, [&](SiteRow& row) {
      row.patient = table.cell(patient);
      row.sex = read_sex(table.cell(sex));
      row.age = age_of(table.cell(study_date), table.cell(birth), rows);
      row.view = view_of(table.cell(projection));
      if (site.label_method == "physician" && table.cell(method) != "Physician") {
        reject_by_choice("label method not wanted: " + table.cell(method));
      }
      read_terms(table.cell(labels), rows, row.labels);
    });
  }
  return rows.finish();
}

} // namespace radforge
