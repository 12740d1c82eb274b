#include "table_adapter.hpp"

#include "radforge/core/error.hpp"
#include "radforge/io/csv_reader.hpp"

#include "age.hpp"
#include "cell_text.hpp"
#include "row_collector.hpp"
#include "site_files.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>

namespace radforge {
namespace {

/// What we call the table's columns, by their own names and by SiteConfig::columns.
class ColumnNames {
 public:
  explicit ColumnNames(const std::vector<std::string>& entries) {
    for (const std::string& entry : entries) {
      const std::size_t split = entry.find('=');
      columns_[entry.substr(0, split)] = entry.substr(split + 1);
    }
  }

  /// The table's name for `name`.
  const std::string& column(const std::string& name) const {
    const auto found = columns_.find(name);
    return found == columns_.end() ? name : found->second;
  }
  /// Our name for `column`.
  const std::string& name(const std::string& column) const {
    const auto found = std::find_if(columns_.begin(), columns_.end(), [&](const auto& entry) { return entry.second == column; });
    return found == columns_.end() ? column : found->first;
  }
  /// Whether the configuration names the column.
  bool is_named(const std::string& column) const {
    return std::any_of(columns_.begin(), columns_.end(), [&](const auto& entry) { return entry.second == column; });
  }
  /// Errors: DataError if a column is not there.
  void require_all_in(const CsvReader& table) const {
    for (const auto& [name, column] : columns_) {
      table.column(column);
    }
  }

 private:
  std::map<std::string, std::string> columns_;
};

/// What the cells of one column are.
struct Content {
  std::size_t column = 0;
  std::size_t num_states = 0; ///< cells that hold 1, 0 or -1
  std::size_t num_others = 0; ///< neither that nor empty
  std::string first_other;

  bool is_label() const { return num_others == 0; }
};

std::vector<Content> contents_of(CsvReader table, const ColumnNames& names) {
  const std::set<std::string> ours{"image", "patient_id", "sex", "age", "age_group", "race", "view", "split", "report"};
  std::vector<Content> contents;
  for (const std::string& column : columns_except(table, {})) {
    if (!ours.contains(names.name(column))) {
      contents.push_back({.column = table.column(column), .first_other = {}});
    }
  }
  while (table.next()) {
    for (Content& content : contents) {
      const std::string& cell = table.cell(content.column);
      if (parse_label(cell)) {
        content.num_states += cell.empty() ? 0 : 1;
      } else if (content.num_others++ == 0) {
        content.first_other = fmt::format("\"{}\" on line {}", cell, table.line());
      }
    }
  }
  return contents;
}

struct Columns {
  std::size_t image, patient;
  std::optional<std::size_t> sex, age, age_group, race, view, split, report;

  Columns(const CsvReader& table, const ColumnNames& names)
      : image(table.column(names.column("image"))), patient(table.column(names.column("patient_id"))) {
    const auto find = [&](const char* name) { return table.find_column(names.column(name)); };
    sex = find("sex");
    age = find("age");
    age_group = find("age_group");
    race = find("race");
    view = find("view");
    split = find("split");
    report = find("report");
  }
};

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
  return text;
}

} // namespace

SiteTable read_table_site(const SiteConfig& site) {
  const std::filesystem::path path = std::filesystem::path(site.root) / site.table;
  const std::string text = read_table_text(path);
  CsvReader table(text, path.string());
  const ColumnNames names(site.columns);
  names.require_all_in(table);
  const Columns columns(table, names);
  std::vector<Content> contents = contents_of(table, names);
  const auto others = std::stable_partition(contents.begin(), contents.end(), [](const Content& c) { return c.is_label(); });
  std::vector<std::string> labels;
  std::transform(contents.begin(), others, std::back_inserter(labels),
                 [&](const Content& c) { return names.name(table.columns()[c.column]); });
  RowCollector rows(site.name, labels);
  for (auto content = others; content != contents.end(); ++content) {
    const std::string& column = table.columns()[content->column];
    if (names.is_named(column)) {
      throw DataError("{}: column {} is no label, it holds {} (1, 0, -1 or nothing) mend it, or drop it from columns",
                      path.string(), column, content->first_other);
    }
    if (content->num_states > content->num_others) {
      rows.note(fmt::format("column {} not taken for a label, it holds {}", column, content->first_other), content->num_others);
    }
  }
  contents.erase(others, contents.end());
  while (table.next()) {
    rows.add(table.line(), table.cell(columns.image), [&](SiteRow& row) {
      row.patient = table.cell(columns.patient);
      row.sex = read_sex(table.cell(columns.sex));
      row.age = read_age(table.cell(columns.age));
      row.age_group = read_age_group(table.cell(columns.age_group), row.age);
      row.race = table.cell(columns.race);
      row.view = table.cell(columns.view);
      row.split = read_split(table.cell(columns.split));
      row.report = on_one_line(table.cell(columns.report));
      std::transform(contents.begin(), contents.end(), row.labels.begin(),
                     [&](const Content& content) { return *parse_label(table.cell(content.column)); });
    });
  }
  return rows.finish();
}

} // namespace radforge
