#include "mimic_labels.hpp"

#include "radforge/core/error.hpp"
#include "radforge/io/csv_reader.hpp"

#include "cell_text.hpp"
#include "site_files.hpp"

namespace radforge {

MimicLabels::MimicLabels(const std::filesystem::path& path) {
  const std::string text = read_table_text(path);
  CsvReader table(text, path.string());
  table.column("subject_id");
  const std::size_t study = table.column("study_id");
  names_ = columns_except(table, {"subject_id", "study_id"});
  std::vector<std::size_t> columns;
  for (const std::string& name : names_) {
    columns.push_back(table.column(name));
  }
  while (table.next()) {
    if (!begins_.emplace(number_in(table, study), states_.size()).second) {
      continue; // the first row of a study holds
    }
    for (const std::size_t column : columns) {
      const std::optional<LabelState> state = parse_label(table.cell(column));
      if (!state) {
        throw DataError("{}:{}: \"{}\" in {} is no label (1, 0, -1 or nothing); mend the table", table.name(), table.line(),
                        table.cell(column), table.columns()[column]);
      }
      states_.push_back(*state);
    }
  }
}

std::vector<LabelState> MimicLabels::of(std::uint64_t study) const {
  const auto found = begins_.find(study);
  if (found == begins_.end()) {
    return {};
  }
  const auto begin = states_.begin() + static_cast<std::ptrdiff_t>(found->second);
  return {begin, begin + static_cast<std::ptrdiff_t>(names_.size())};
}

} // namespace radforge
