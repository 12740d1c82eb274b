#include "radforge/data/prediction_table.hpp"

#include "radforge/core/error.hpp"
#include "radforge/io/csv_reader.hpp"

#include "age.hpp"
#include "cell_text.hpp"
#include "finding_words.hpp"

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <set>

namespace radforge {

namespace {

/// Where a label's truth and score lie in a row.
struct LabelColumns {
  std::size_t truth = 0;
  std::optional<std::size_t> score;
};

/// Rows of one table become samples.
class PredictionCsv {
 public:
  PredictionCsv(const std::filesystem::path& path, const PredictionColumnsConfig& columns)
      : columns_(columns), site_of_table_(table_name(path)), text_(read_table_text(path)), rows_(text_, path.string()) {
    find_labels();
    image_ = rows_.column(columns.image);
  }

  PredictionTable read() {
    while (rows_.next()) {
      try {
        add_row();
      } catch (const BadRow& bad) {
        refuse(bad.reason);
      }
    }
    if (table_.samples.empty()) {
      throw DataError("{} has no row (there is nothing to judge) give the whole table", rows_.name());
    }
    return std::move(table_);
  }

 private:
  [[noreturn]] void refuse(const std::string& problem) const {
    throw DataError("{}:{}: {} correct the row, or the configuration's columns", rows_.name(), rows_.line(), problem);
  }

  void find_labels() {
    for (const std::string& column : rows_.columns()) {
      if (!column.starts_with(columns_.prefix) || column.size() == columns_.prefix.size()) {
        continue;
      }
      const std::string label = column.substr(columns_.prefix.size());
      const std::optional<std::size_t> truth = rows_.find_column(label);
      if (!truth) {
        throw DataError("{} has a column '{}' and none '{}' (scores are judged by labels) add the labels, or set columns.prefix",
                        rows_.name(), column, label);
      }
      table_.labels.push_back(label);
      places_.push_back({*truth, rows_.find_column(column)});
    }
    if (places_.empty()) {
      throw DataError("{} has no column of scores (their names begin with '{}') set columns.prefix", rows_.name(),
                      columns_.prefix);
    }
    for (const std::string& column : rows_.columns()) { // its score can be derived
      const bool is_told = rows_.find_column(columns_.prefix + column).has_value();
      if (in_words(column) == "no finding" && !is_told) {
        table_.labels.push_back(column);
        places_.push_back({*rows_.find_column(column), std::nullopt});
      }
    }
  }

  void add_row() {
    SampleRecord sample;
    const std::string& site = rows_.cell(rows_.find_column(columns_.site));
    const std::string& image = rows_.cell(image_);
    if (image.empty()) {
      refuse("the image has no name (rows are told apart by it)");
    }
    const std::string site_name = site.empty() ? site_of_table_ : site;
    sample.source = site_name + "/" + image;
    if (!sources_.insert(sample.source).second) {
      refuse(fmt::format("the image {} is there twice (it would count twice)", image));
    }
    if (const std::string& patient = rows_.cell(rows_.find_column(columns_.patient)); !patient.empty()) {
      sample.patient = site_name + "/" + patient;
    }
    sample.sex = read_sex(rows_.cell(rows_.find_column(columns_.sex)));
    sample.race = race_of(rows_.cell(rows_.find_column(columns_.race)));
    sample.view = read_view(rows_.cell(rows_.find_column(columns_.view)));
    sample.split = read_split(rows_.cell(rows_.find_column(columns_.split)));
    sample.age = age_of(rows_.cell(rows_.find_column(columns_.age)));
    sample.age_group = age_group_of(sample.age);
    table_.samples.push_back(std::move(sample));
    for (const LabelColumns& place : places_) {
      table_.known.push_back(truth_of(place));
      table_.probabilities.push_back(place.score ? probability_of(*place.score) : std::numeric_limits<double>::quiet_NaN());
    }
  }

  /// Ages that nobody reaches are slips, and unknown.
  float age_of(const std::string& text) const {
    double age = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), age);
    if (!text.empty() && (error != std::errc() || end != text.data() + text.size())) {
      refuse(fmt::format("the age is '{}' (years are a number)", text));
    }
    return is_plausible_age(age) ? static_cast<float>(age) : -1.0F;
  }

  std::int8_t truth_of(const LabelColumns& place) const {
    const std::string& column = rows_.columns()[place.truth];
    switch (read_label(rows_.cell(place.truth), column)) {
    case LabelState::present:
      return 1;
    case LabelState::absent:
      return 0;
    case LabelState::uncertain:
      return columns_.uncertain == "present" ? 1 : columns_.uncertain == "absent" ? 0 : -1;
    default:
      return -1;
    }
  }

  double probability_of(std::size_t column) const {
    const std::string& text = rows_.cell(column);
    double score = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), score);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(score)) {
      refuse(fmt::format("{} is '{}' (a score is a number)", rows_.columns()[column], text));
    }
    if (columns_.scale == "logit") {
      return 1 / (1 + std::exp(-score));
    }
    if (score < 0 || score > 1) {
      refuse(fmt::format("{} is {} (a probability is from 0 to 1; for logits set columns.scale)", rows_.columns()[column], text));
    }
    return score;
  }

  const PredictionColumnsConfig& columns_;
  std::string site_of_table_;
  std::string text_;
  CsvReader rows_;
  std::size_t image_ = 0;
  std::vector<LabelColumns> places_;
  std::set<std::string> sources_;
  PredictionTable table_;
};

} // namespace

std::string table_name(const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  const std::string stem = name.substr(0, name.find('.'));
  const std::string folder = path.parent_path().filename().string();
  return stem == "predictions" && !folder.empty() && folder != "." && folder != ".." ? folder : stem;
}

PredictionTable read_prediction_csv(const std::filesystem::path& path, const PredictionColumnsConfig& columns) {
  return PredictionCsv(path, columns).read();
}

} // namespace radforge
