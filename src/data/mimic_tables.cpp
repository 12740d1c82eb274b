#include "mimic_tables.hpp"

#include "radforge/core/error.hpp"
#include "radforge/io/csv_reader.hpp"

#include "cell_text.hpp"
#include "site_files.hpp"

namespace radforge {
namespace {

/// What `read` throws as BadRow, with file and line: no row of the list of images is to blame.
template <class Read>
auto at_line(const CsvReader& table, Read&& read) {
  try {
    return read();
  } catch (const BadRow& bad) {
    throw DataError("{}:{}: {}; mend the table", table.name(), table.line(), bad.reason);
  }
}

} // namespace

std::unordered_map<std::string, std::string> read_mimic_splits(const std::filesystem::path& path) {
  const std::string text = read_table_text(path);
  CsvReader table(text, path.string());
  const std::size_t dicom = table.column("dicom_id");
  const std::size_t split = table.column("split");
  std::unordered_map<std::string, std::string> splits;
  while (table.next()) {
    splits.emplace(table.cell(dicom), at_line(table, [&] { return read_split(table.cell(split)); }));
  }
  return splits;
}

std::unordered_map<std::uint64_t, MimicPatient> read_mimic_patients(const std::filesystem::path& path) {
  const std::string text = read_table_text(path);
  CsvReader table(text, path.string());
  const std::size_t subject = table.column("subject_id");
  const std::size_t gender = table.column("gender");
  const std::size_t age = table.column("anchor_age");
  const std::size_t year = table.column("anchor_year");
  std::unordered_map<std::uint64_t, MimicPatient> patients;
  while (table.next()) {
    patients.emplace(number_in(table, subject),
                     MimicPatient{at_line(table, [&] { return read_sex(table.cell(gender)); }),
                                  static_cast<int>(number_in(table, age)), static_cast<int>(number_in(table, year))});
  }
  return patients;
}

std::unordered_map<std::uint64_t, std::string> read_mimic_races(const std::filesystem::path& path) {
  const std::string text = read_table_text(path);
  CsvReader table(text, path.string());
  const std::size_t subject = table.column("subject_id");
  const std::size_t race = table.column_of({"race", "ethnicity"});
  std::unordered_map<std::uint64_t, std::string> races;
  while (table.next()) {
    races.emplace(number_in(table, subject), race_of(table.cell(race)));
  }
  return races;
}

} // namespace radforge
