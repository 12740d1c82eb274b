#include "sections.hpp"

#include "radforge/io/csv.hpp"
#include "radforge/io/dataset_index.hpp"
#include "radforge/io/image.hpp"
#include "radforge/io/shard_reader.hpp"

#include <fmt/format.h>

#include <map>
#include <set>
#include <string>

namespace radforge {

namespace {

namespace fs = std::filesystem;

std::string or_unknown(const std::string& text) { return text.empty() ? "unknown" : text; }

/// How many usable images of each sex are in each age group.
Table balance_of(const ResultFolder& folder, const DatasetIndex& index) {
  std::map<std::string, std::map<std::string, std::int64_t>> counts; // age group, sex
  std::set<std::string> sexes;
  std::int64_t num_usable = 0;
  for (const ShardSummary& shard : index.shards) {
    for (const SampleRecord& record : ShardReader(folder.path / shard.file).metadata()) {
      if (record.status == "ok") {
        ++counts[or_unknown(record.age_group)][or_unknown(record.sex)];
        sexes.insert(or_unknown(record.sex));
        ++num_usable;
      }
    }
  }
  Table table{
      "balance-" + folder.name, fmt::format("{}: {} usable images by age group and sex", folder.name, num_usable), {"age group"}};
  table.columns.insert(table.columns.end(), sexes.begin(), sexes.end());
  std::int64_t most = 1;
  for (const auto& [_, of_sex] : counts) {
    for (const auto& [sex, count] : of_sex) {
      most = std::max(most, count);
    }
  }
  for (auto& [age_group, of_sex] : counts) {
    std::vector<Cell> row{age_group};
    for (const std::string& sex : sexes) {
      row.emplace_back(std::to_string(of_sex[sex]));
      row.back().shade = static_cast<double>(of_sex[sex]) / static_cast<double>(most);
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

Table counts_of(const ResultFolder& folder, const DatasetIndex& index) {
  Table table{"counts-" + folder.name, folder.name + ": images by what is known of them", {"attribute", "value", "images"}};
  for (const auto& [attribute, values] : index.counts) {
    for (const auto& [value, count] : values) {
      table.rows.push_back({attribute, value, Cell(std::to_string(count), std::to_string(count))});
    }
  }
  return table;
}

/// Cells of the cohort with the share that passed at once, in the end, and what is missing.
Table pass_rates_of(const ResultFolder& folder, const CsvTable& rates) {
  Table table{"checks-" + folder.name,
              folder.name + ": images that passed their check, by cell of the cohort",
              {"cell", "planned", "passed at once", "passed in the end", "rejected"}};
  const std::size_t planned = rates.column("planned");
  for (std::size_t row = 0; row < rates.num_rows(); ++row) {
    std::string name;
    for (std::size_t column = 0; column < planned; ++column) {
      const std::string& value = rates.cell(row, column);
      name += value.empty() ? "" : (name.empty() ? "" : ", ") + value;
    }
    const double all = number_of(rates.cell(row, planned));
    const double at_once = number_of(rates.cell(row, rates.column("passed_0")));
    const std::string& rejected = rates.cell(row, rates.column("rejected"));
    std::vector<Cell> cells{name, Cell(rates.cell(row, planned), rates.cell(row, planned))};
    for (const double share : {at_once / all, 1 - number_of(rejected) / all}) {
      cells.push_back(number_cell(share));
      cells.back().shade = 1 - share;
    }
    cells.emplace_back(rejected, rejected);
    table.rows.push_back(std::move(cells));
  }
  return table;
}

} // namespace

void add_dataset(HtmlPage& page, const ResultFolder& folder) {
  if (!fs::exists(folder.path / DatasetIndex::file_name)) {
    page.paragraph(folder.name + ": the data set is not finished.");
    return;
  }
  const DatasetIndex index = DatasetIndex::load(folder.path);
  page.heading(folder.name);
  page.paragraph(fmt::format("{} rows of {} x {} x {} in {} shards; digest of the configuration {}.", index.num_rows(),
                             index.schema.height, index.schema.width, index.schema.channels, index.shards.size(),
                             index.config_digest));
  page.add(balance_of(folder, index));
  if (fs::exists(folder.path / "check_rates.csv")) {
    page.add(pass_rates_of(folder, CsvTable::read(folder.path / "check_rates.csv")));
  }
  page.add(counts_of(folder, index));
  for (const auto& [file, caption] :
       {std::pair("contact_sheet.png", "Real radiographs on the left, where there are, and generated ones"),
        std::pair("samples.png", "Images of the data set")}) {
    if (fs::exists(folder.path / file)) {
      page.add(HtmlPage::picture(read_image(folder.path / file), folder.name + ": " + caption));
      break;
    }
  }
}

} // namespace radforge
