#include "nih_adapter.hpp"

#include "radforge/core/atomic_file.hpp"

#include "age.hpp"
#include "cell_text.hpp"
#include "row_collector.hpp"
#include "site_files.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <sstream>
#include <unordered_map>

namespace radforge {
namespace {

using NameTable = std::unordered_map<std::string, std::string>;

std::vector<std::string> label_names() {
  return {"Atelectasis",  "Cardiomegaly", "Consolidation", "Edema",  "Effusion",           "Emphysema", "Fibrosis",    "Hernia",
          "Infiltration", "Mass",         "No Finding",    "Nodule", "Pleural_Thickening", "Pneumonia", "Pneumothorax"};
}

/// Folder of each image that is not in images/.
NameTable archive_folders(const std::filesystem::path& root) {
  NameTable folders;
  for (int number = 1; number <= 12; ++number) {
    const std::string folder = fmt::format("images_{:03}/images", number);
    std::error_code missing;
    for (const auto& entry : std::filesystem::directory_iterator(root / folder, missing)) {
      folders.emplace(entry.path().filename().string(), folder);
    }
  }
  return folders;
}

NameTable official_splits(const std::filesystem::path& root) {
  NameTable splits;
  for (const auto& [file, split] : {std::pair("train_val_list.txt", "train"), std::pair("test_list.txt", "test")}) {
    if (std::filesystem::exists(root / file)) {
      std::istringstream names(read_file(root / file));
      for (std::string name; names >> name;) {
        splits.emplace(name, split);
      }
    }
  }
  return splits;
}

std::string at_or(const NameTable& table, const std::string& name, const char* otherwise) {
  const auto found = table.find(name);
  return found == table.end() ? otherwise : found->second;
}

void read_findings(const std::string& text, const std::vector<std::string>& names, std::vector<LabelState>& labels) {
  std::fill(labels.begin(), labels.end(), LabelState::absent);
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('|', begin), text.size());
    const std::string token(trim(std::string_view(text).substr(begin, end - begin)));
    const auto found = std::find(names.begin(), names.end(), token);
    if (found == names.end()) {
      throw BadRow{fmt::format("unknown finding: \"{}\"", token)};
    }
    labels[static_cast<std::size_t>(found - names.begin())] = LabelState::present;
    begin = end + 1;
  }
}

/// The first release writes "058Y".
float read_age(const std::string& text, RowCollector& rows) {
  if (const auto age = parse_dicom_age(text); age && is_plausible_age(*age)) {
    return *age;
  }
  const std::optional<float> age = parse_age(text);
  if (!age && !text.empty()) {
    rows.note("age out of range");
  }
  return age.value_or(-1.0F);
}

std::string read_patient(const std::string& text) {
  const auto number = parse_number(text);
  if (!number && !text.empty()) {
    throw BadRow{fmt::format("bad patient number: \"{}\"", text)};
  }
  return number ? fmt::format("{:08}", *number) : std::string();
}

} // namespace

SiteTable read_nih_site(const SiteConfig& site) {
  const std::filesystem::path root = site.root;
  const std::filesystem::path path = find_table(site, root, {"Data_Entry_2017_v2020.csv", "Data_Entry_2017.csv"});
  const std::string text = read_table_text(path);
  CsvReader table(text, path.string());
  const std::size_t image = table.column("Image Index");
  const std::size_t findings = table.column("Finding Labels");
  const std::size_t patient = table.column("Patient ID");
  const std::size_t age = table.column("Patient Age");
  const std::size_t sex = table.column_of({"Patient Gender", "Patient Sex"});
  const std::size_t view = table.column("View Position");
  const NameTable folders = archive_folders(root);
  const NameTable splits = official_splits(root);
  RowCollector rows(site.name, label_names());
  while (table.next()) {
    const std::string& name = table.cell(image);
    rows.add(table.line(), name.empty() ? "" : at_or(folders, name, "images") + "/" + name, [&](SiteRow& row) {
      row.patient = read_patient(table.cell(patient));
      row.sex = read_sex(table.cell(sex));
      row.age = read_age(table.cell(age), rows);
      row.view = table.cell(view);
      row.split = at_or(splits, name, "");
      if (!splits.empty() && row.split.empty()) {
        rows.note("in neither list of the official split");
      }
      read_findings(table.cell(findings), rows.labels(), row.labels);
    });
  }
  return rows.finish();
}

} // namespace radforge
