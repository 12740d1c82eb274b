#include "mimic_cxr_adapter.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"

#include "age.hpp"
#include "cell_text.hpp"
#include "mimic_labels.hpp"
#include "mimic_report.hpp"
#include "mimic_tables.hpp"
#include "row_collector.hpp"
#include "site_files.hpp"

#include <fmt/core.h>

#include <utility>

namespace radforge {
namespace {

void require_folder(const SiteConfig& site, const std::string& folder, const char* field, const char* what) {
  if (!folder.empty() && !std::filesystem::is_directory(folder)) {
    throw ConfigError("site {}: no folder \"{}\" (sites.{}: {}) correct the path", site.name, folder, field, what);
  }
}

/// Where a study's images are, below the root, and where its report is, less the ".txt".
std::string study_path(const std::string& subject, const std::string& study) {
  if (subject.size() < 2 || !parse_number(subject)) {
    throw BadRow{fmt::format("bad subject number: \"{}\"", subject)};
  }
  if (!parse_number(study)) {
    throw BadRow{fmt::format("bad study number: \"{}\"", study)};
  }
  return fmt::format("files/p{}/p{}/s{}", subject.substr(0, 2), subject, study);
}

/// The reports, read as the rows ask for them: a study's images follow each other, so one is kept.
class Reports {
 public:
  explicit Reports(std::string folder) : folder_(std::move(folder)) {}

  std::string of(const std::string& study_path, RowCollector& rows) {
    if (folder_.empty()) {
      return {};
    }
    if (study_path != last_path_) {
      last_path_ = study_path;
      read(std::filesystem::path(folder_) / (study_path + ".txt"));
    }
    if (!last_note_.empty()) {
      rows.note(last_note_);
    }
    return last_.text;
  }

 private:
  void read(const std::filesystem::path& path) {
    last_ = {};
    last_note_.clear();
    if (!std::filesystem::is_regular_file(path)) {
      last_note_ = "report missing";
      return;
    }
    last_ = read_report(read_file(path));
    if (last_.text.empty()) {
      last_note_ = "report without impression and findings";
    } else if (last_.truncated) {
      last_note_ = "report truncated";
    }
  }

  std::string folder_;
  std::string last_path_;
  ReportText last_;
  std::string last_note_;
};

/// What is known of the patients.
class Demographics {
 public:
  explicit Demographics(const SiteConfig& site) {
    if (!site.demographics.empty()) {
      patients_ = read_mimic_patients(find_table(site, site.demographics, {"patients.csv"}));
      races_ = read_mimic_races(find_table(site, site.demographics, {"admissions.csv"}));
    }
  }

  void fill(std::uint64_t subject, const std::string& study_date, SiteRow& row, RowCollector& rows) const {
    if (const auto race = races_.find(subject); race != races_.end()) {
      row.race = race->second;
    }
    const auto found = patients_.find(subject);
    if (found == patients_.end()) {
      return;
    }
    const MimicPatient& patient = found->second;
    row.sex = patient.sex;
    const std::optional<int> year = parse_year(study_date);
    if (patient.anchor_age == 0 || !year) {
      return;
    }
    const int age = patient.anchor_age + *year - patient.anchor_year;
    if (is_plausible_age(age)) {
      row.age = static_cast<float>(age);
    } else {
      rows.note("age out of range");
    }
  }

 private:
  std::unordered_map<std::uint64_t, MimicPatient> patients_;
  std::unordered_map<std::uint64_t, std::string> races_;
};

} // namespace

SiteTable read_mimic_cxr_site(const SiteConfig& site) {
  require_folder(site, site.demographics, "demographics", "it holds MIMIC-IV's patients.csv and admissions.csv");
  require_folder(site, site.reports, "reports", "it holds files/p10/...");
  const std::string label_table = fmt::format("mimic-cxr-2.0.0-{}.csv", site.labeler);
  const MimicLabels labels(find_table(site, site.root, {label_table.c_str()}));
  const auto splits = read_mimic_splits(find_table(site, site.root, {"mimic-cxr-2.0.0-split.csv"}));
  const Demographics demographics(site);
  Reports reports(site.reports);

  const std::filesystem::path path = find_table(site, site.root, {"mimic-cxr-2.0.0-metadata.csv"});
  const std::string text = read_table_text(path);
  CsvReader table(text, path.string());
  const std::size_t dicom = table.column("dicom_id");
  const std::size_t subject = table.column("subject_id");
  const std::size_t study = table.column("study_id");
  const std::size_t view = table.column("ViewPosition");
  const std::size_t date = table.column("StudyDate");
  RowCollector rows(site.name, labels.names());
  while (table.next()) {
    const std::string& name = table.cell(dicom);
    rows.add(table.line(), name, [&](SiteRow& row) {
      row.patient = table.cell(subject);
      const std::string folder = study_path(row.patient, table.cell(study));
      row.image = folder + "/" + name + ".jpg";
      row.view = read_view(table.cell(view));
      if (const auto split = splits.find(name); split != splits.end()) {
        row.split = split->second;
      } else {
        rows.note("split missing");
      }
      if (std::vector<LabelState> states = labels.of(*parse_number(table.cell(study))); !states.empty()) {
        row.labels = std::move(states);
      } else {
        row.labels.clear();
        rows.note("labels missing");
      }
      demographics.fill(*parse_number(row.patient), table.cell(date), row, rows);
      row.report = reports.of(folder, rows);
    });
  }
  return rows.finish();
}

} // namespace radforge
