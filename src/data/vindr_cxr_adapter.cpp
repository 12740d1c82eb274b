#include "vindr_cxr_adapter.hpp"

#include "radforge/core/error.hpp"
#include "radforge/io/dicom.hpp"

#include "age.hpp"
#include "cell_text.hpp"
#include "row_collector.hpp"
#include "site_files.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace radforge {
namespace {

/// What the readers say of one finding.
struct Votes {
  int present = 0;
  int given = 0;
};

struct ReadImage {
  std::string id;
  std::size_t line = 0;
  std::vector<Votes> votes; ///< of each label
  std::unordered_set<std::string> readers;
  std::string fault; ///< why it cannot be taken
};

/// The test table spells it otherwise.
std::string label_name(const std::string& column) { return column == "Other disease" ? "Other diseases" : column; }

void count_votes(const CsvReader& table, const std::vector<std::optional<std::size_t>>& columns,
                 const std::vector<std::string>& labels, ReadImage& image) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const LabelState state = read_label(table.cell(columns[i]), labels[i]);
    image.votes[i].present += state == LabelState::present ? 1 : 0;
    image.votes[i].given += state == LabelState::present || state == LabelState::absent ? 1 : 0;
  }
}

std::string path_of(const std::string& split, const std::string& id) {
  return id.empty() ? "" : fmt::format("{}/{}.dicom", split, id);
}

/// Column of each label.
std::vector<std::optional<std::size_t>> columns_of(const CsvReader& table, const std::vector<std::string>& labels) {
  std::vector<std::optional<std::size_t>> columns(labels.size());
  for (std::size_t column = 0; column < table.columns().size(); ++column) {
    const auto label = std::find(labels.begin(), labels.end(), label_name(table.columns()[column]));
    if (label != labels.end()) {
      columns[static_cast<std::size_t>(label - labels.begin())] = column;
    }
  }
  return columns;
}

/// The images in the order of their first rows.
std::vector<ReadImage> read_votes(CsvReader& table, const std::string& split, RowCollector& rows) {
  const std::size_t id = table.column("image_id");
  const std::optional<std::size_t> reader = table.find_column("rad_id"); // not in the table of the consensus
  const auto columns = columns_of(table, rows.labels());
  std::vector<ReadImage> images;
  std::unordered_map<std::string, std::size_t> positions;
  while (table.next()) {
    const auto [position, is_new] = positions.emplace(table.cell(id), images.size());
    if (is_new) {
      images.push_back({table.cell(id), table.line(), std::vector<Votes>(rows.labels().size()), {}, {}});
    }
    ReadImage& image = images[position->second];
    if (!image.readers.insert(table.cell(reader)).second) {
      rows.reject(table.line(), path_of(split, image.id), reader ? "second reading by " + table.cell(reader) : "duplicate image");
      continue;
    }
    try {
      count_votes(table, columns, rows.labels(), image);
    } catch (const BadRow& bad) {
      image.fault = bad.reason;
    }
  }
  return images;
}

LabelState decide(const Votes& votes, const std::string& readers) {
  if (votes.given == 0) {
    return LabelState::unmentioned;
  }
  if (readers == "any") {
    return votes.present > 0 ? LabelState::present : LabelState::absent;
  }
  if (2 * votes.present == votes.given) {
    return LabelState::uncertain;
  }
  return 2 * votes.present > votes.given ? LabelState::present : LabelState::absent;
}

void read_tags(const std::filesystem::path& file, RowCollector& rows, SiteRow& row) {
  row.view = "PA"; // all images, by the provider's description
  std::error_code error;
  if (!std::filesystem::exists(file, error) && !error) {
    rows.note("tags not readable"); // it is found missing when the images are read
    return;
  }
  try {
    const DicomTags tags = read_dicom_tags(file);
    row.sex = read_sex(tags.sex);
    row.view = tags.view_position.empty() ? row.view : read_view(tags.view_position);
    const std::optional<float> age = parse_dicom_age(tags.age);
    if (age && is_plausible_age(*age)) {
      row.age = *age;
    } else if (!tags.age.empty()) {
      rows.note("age out of range");
    }
  } catch (const DataError&) {
    rows.note("tags not readable");
  }
}

void read_rows(const SiteConfig& site, const std::string& text, const std::filesystem::path& path, const std::string& split,
               RowCollector& rows) {
  CsvReader table(text, path.string());
  for (const ReadImage& image : read_votes(table, split, rows)) {
    rows.add(image.line, path_of(split, image.id), [&](SiteRow& row) {
      if (!image.fault.empty()) {
        throw BadRow{image.fault};
      }
      row.patient = image.id;
      row.split = split;
      std::transform(image.votes.begin(), image.votes.end(), row.labels.begin(),
                     [&](const Votes& votes) { return decide(votes, site.readers); });
      read_tags(std::filesystem::path(site.root) / row.image, rows, row);
    });
  }
}

} // namespace

SiteTable read_vindr_cxr_site(const SiteConfig& site) {
  const std::filesystem::path annotations = std::filesystem::path(site.root) / "annotations";
  const std::filesystem::path train = find_table(site, annotations, {"image_labels_train.csv"});
  const std::string text = read_table_text(train);
  std::vector<std::string> labels = columns_except(CsvReader(text, train.string()), {"image_id", "rad_id"});
  std::transform(labels.begin(), labels.end(), labels.begin(), label_name);
  RowCollector rows(site.name, std::move(labels));
  read_rows(site, text, train, "train", rows);
  if (has_table(annotations, "image_labels_test.csv")) {
    const std::filesystem::path test = find_table(site, annotations, {"image_labels_test.csv"});
    read_rows(site, read_table_text(test), test, "test", rows);
  }
  return rows.finish();
}

} // namespace radforge
