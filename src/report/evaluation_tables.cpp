#include "evaluation_tables.hpp"

#include "radforge/io/csv.hpp"
#include "radforge/report/table.hpp"

#include <algorithm>
#include <string_view>

namespace radforge {

namespace {

namespace fs = std::filesystem;

void note(std::vector<std::string>& names, const std::string& name) {
  if (std::ranges::find(names, name) == names.end()) {
    names.push_back(name);
  }
}

/// "sex + age_group" of "sex=F age_group=18-39".
std::string split_of(const std::string& group) {
  std::string split;
  std::size_t from = 0;
  for (std::size_t equals = group.find('='); equals != std::string::npos; equals = group.find('=', from)) {
    const std::size_t space = group.rfind(' ', equals);
    const std::size_t begin = space == std::string::npos || space < from ? from : space + 1;
    split += (split.empty() ? "" : " + ") + group.substr(begin, equals - begin);
    from = equals + 1;
  }
  return split;
}

/// A table's cells by the names of its columns.
class Columns {
 public:
  explicit Columns(const CsvTable& table) : table_(table) {}
  const std::string& operator()(std::size_t row, std::string_view name) const { return table_.cell(row, table_.column(name)); }

 private:
  const CsvTable& table_;
};

} // namespace

EvaluationTables::EvaluationTables(const fs::path& folder) {
  read_arms(folder / "arms.csv");
  read_metrics(folder / "metrics.csv");
  read_curves(folder / "curves.csv");
  const bool has_macro = std::ranges::find(labels_, "macro") != labels_.end();
  head_label_ = has_macro || labels_.empty() ? "macro" : labels_.front();
}

void EvaluationTables::read_metrics(const fs::path& path) {
  const CsvTable table = CsvTable::read(path);
  const Columns cell(table);
  for (std::size_t row = 0; row < table.num_rows(); ++row) {
    note(sites_, cell(row, "site"));
    note(labels_, cell(row, "label"));
    const std::string& subgroup = cell(row, "subgroup");
    const std::string split = split_of(subgroup);
    if (!split.empty()) {
      auto found = std::ranges::find(splits_, split, &Split::name);
      if (found == splits_.end()) {
        found = splits_.insert(splits_.end(), Split{split, {}});
      }
      note(found->groups, subgroup);
    }
    numbers_[{cell(row, "model"), cell(row, "site"), cell(row, "label"), subgroup, cell(row, "metric"), cell(row, "measure")}] = {
        cell(row, "value"),          cell(row, "low"), cell(row, "high"), cell(row, "num_images"), cell(row, "num_seeds"),
        cell(row, "seed_deviation"), cell(row, "note")};
  }
}

void EvaluationTables::read_arms(const fs::path& path) {
  const CsvTable table = CsvTable::read(path);
  const Columns cell(table);
  for (std::size_t row = 0; row < table.num_rows(); ++row) {
    note(arms_, cell(row, "arm"));
    gains_[{cell(row, "arm"), cell(row, "site"), cell(row, "label"), cell(row, "subgroup"), cell(row, "metric"),
            cell(row, "measure")}] = {cell(row, "domain"),        cell(row, "gain"),     cell(row, "gain_low"),
                                      cell(row, "gain_high"),     cell(row, "relative"), cell(row, "relative_low"),
                                      cell(row, "relative_high"), cell(row, "p_holm")};
  }
}

void EvaluationTables::read_curves(const fs::path& path) {
  const CsvTable table = CsvTable::read(path);
  const Columns cell(table);
  std::map<std::string, std::string> first_model; // of an arm
  for (std::size_t row = 0; row < table.num_rows(); ++row) {
    const std::string& arm = cell(row, "arm");
    if (first_model.emplace(arm, cell(row, "model")).first->second == cell(row, "model")) {
      curves_[{arm, cell(row, "site"), cell(row, "label"), cell(row, "curve")}].push_back(
          {number_of(cell(row, "x")), number_of(cell(row, "y")), cell(row, "num_images")});
    }
  }
}

EvaluationTables::Number EvaluationTables::number(const std::string& model, const std::string& site, const std::string& label,
                                                  const std::string& subgroup, const std::string& metric,
                                                  const std::string& measure) const {
  const auto found = numbers_.find({model, site, label, subgroup, metric, measure});
  return found == numbers_.end() ? Number() : found->second;
}

EvaluationTables::Gain EvaluationTables::gain(const std::string& arm, const std::string& site, const std::string& label,
                                              const std::string& subgroup, const std::string& metric,
                                              const std::string& measure) const {
  const auto found = gains_.find({arm, site, label, subgroup, metric, measure});
  return found == gains_.end() ? Gain() : found->second;
}

std::vector<EvaluationTables::Point> EvaluationTables::curve(const std::string& arm, const std::string& site,
                                                             const std::string& label, const std::string& curve) const {
  const auto found = curves_.find({arm, site, label, curve});
  return found == curves_.end() ? std::vector<Point>() : found->second;
}

void add_point(Series& series, const EvaluationTables::Number& number, std::size_t category) {
  series.x.push_back(number_of(number.value));
  series.y.push_back(static_cast<double>(category));
  series.low.push_back(number.low.empty() ? series.x.back() : number_of(number.low));
  series.high.push_back(number.high.empty() ? series.x.back() : number_of(number.high));
}

} // namespace radforge
