#include "metadata_table.hpp"

#include "radforge/io/csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace radforge {

namespace {

/// In the order of CheXpert's tables, which the released set follows.
constexpr std::array chexpert_labels{"No Finding",       "Enlarged Cardiomediastinum",
                                     "Cardiomegaly",     "Lung Opacity",
                                     "Lung Lesion",      "Edema",
                                     "Consolidation",    "Pneumonia",
                                     "Atelectasis",      "Pneumothorax",
                                     "Pleural Effusion", "Pleural Other",
                                     "Fracture",         "Support Devices"};

/// Whether a finding of the data set is the label: CheXpert's name with underscores, or NIH's for fluid of the pleura.
bool is_label(const std::string& finding, std::string label) {
  std::ranges::replace(label, ' ', '_');
  return finding == label || (label == "Pleural_Effusion" && finding == "Effusion");
}

std::string age_text(float age) { return age < 0 ? "" : fmt::format("{:.0f}", age); }

/// What follows the sentence about the patient.
std::string impression_of(const std::string& prompt) {
  const std::size_t end = prompt.find(". ");
  return end == std::string::npos ? "" : prompt.substr(end + 2);
}

std::string finding_text(std::int8_t state) { return state < 0 ? "" : fmt::format("{}", state); }

} // namespace

MetadataTable::MetadataTable(const std::string& layout, const DatasetSchema& schema)
    : schema_(schema), as_roentgen_(layout == "roentgen-v2") {
  for (const char* label : chexpert_labels) {
    const auto found = std::ranges::find_if(schema.findings, [&](const std::string& name) { return is_label(name, label); });
    chexpert_columns_.push_back(found == schema.findings.end() ? -1 : found - schema.findings.begin());
  }
}

std::string MetadataTable::header() const {
  std::string text = "file_name";
  if (as_roentgen_) {
    text += ",image_id,text,gender,age,race,view,impression";
    for (const char* label : chexpert_labels) {
      text += fmt::format(",{}", label);
    }
    return text + "\n";
  }
  text += ",id,text,sex,age,age_group,race,view,patient,source";
  for (const std::string& finding : schema_.findings) {
    text += "," + csv_text(finding);
  }
  if (schema_.generation) {
    text += ",attempt";
    for (const std::string& check : schema_.generation->checks) {
      text += fmt::format(",{0}_score,{0}_passed", check);
    }
  }
  return text + "\n";
}

std::string MetadataTable::row(const SampleRecord& record, const std::filesystem::path& file) const {
  return csv_field(file.generic_string()) + (as_roentgen_ ? roentgen_row(record) : own_row(record)) + "\n";
}

std::string MetadataTable::own_row(const SampleRecord& record) const {
  std::string text = fmt::format(",{},{},{},{},{},{},{},{},{}", record.id, csv_text(record.prompt), csv_text(record.sex),
                                 age_text(record.age), csv_text(record.age_group), csv_text(record.race), csv_text(record.view),
                                 csv_text(record.patient), csv_text(record.source));
  for (const std::int8_t state : record.findings) {
    text += "," + finding_text(state);
  }
  if (schema_.generation) {
    text += fmt::format(",{}", record.attempt);
    for (std::size_t i = 0; i < record.check_scores.size(); ++i) {
      text += fmt::format(",{:.6g},{}", record.check_scores[i], finding_text(record.check_passed[i]));
    }
  }
  return text;
}

std::string MetadataTable::roentgen_row(const SampleRecord& record) const {
  std::string text =
      fmt::format(",{},{},{},{},{},{},{}", record.id, csv_text(record.prompt), csv_text(record.sex), age_text(record.age),
                  csv_text(record.race), csv_text(record.view), csv_text(impression_of(record.prompt)));
  for (const std::ptrdiff_t column : chexpert_columns_) {
    // Of a generated image all is known: it was asked to show its findings and no other.
    const std::string absent = schema_.generation ? "0" : "";
    text += "," + (column < 0 ? absent : finding_text(record.findings[static_cast<std::size_t>(column)]));
  }
  return text;
}

} // namespace radforge
