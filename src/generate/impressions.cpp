#include "impressions.hpp"

#include "findings_list.hpp"

#include "radforge/core/error.hpp"
#include "radforge/io/csv_reader.hpp"

#include <set>

namespace radforge {

Impressions::Impressions(const std::filesystem::path& path) {
  const std::string table = read_table_text(path);
  CsvReader rows(table, path.string());
  const std::size_t id = rows.column("id");
  const std::size_t findings = rows.column("findings");
  const std::size_t text = rows.column("text");
  std::set<std::string> ids;
  while (rows.next()) {
    const auto refuse = [&](const std::string& problem) {
      throw DataError("{}:{}: {} correct the row, or take it out", path.string(), rows.line(), problem);
    };
    if (!ids.insert(rows.cell(id)).second) {
      refuse(fmt::format("the id '{}' is there twice (it names one text)", rows.cell(id)));
    }
    if (rows.cell(text).find_first_not_of(" \t\r\n") == std::string::npos) {
      refuse("the text is empty (it would say nothing)");
    }
    if (rows.cell(text).find('\0') != std::string::npos) {
      refuse("there is a NUL in the text (no shard can hold it)");
    }
    try {
      by_findings_[findings_list(rows.cell(findings))].push_back(rows.cell(text));
    } catch (const ConfigError& error) {
      refuse(error.what());
    }
  }
  if (by_findings_.empty()) {
    throw DataError("{} has no row (no image would have a text) fill it, or leave out cohort.impressions", path.string());
  }
}

const std::string& Impressions::draw(const std::vector<std::string>& findings, const RandomKey& key) const {
  const auto found = by_findings_.find(findings);
  require(found != by_findings_.end(), "an impression of these findings");
  return found->second[uniform_below(key, static_cast<std::uint32_t>(found->second.size()))];
}

} // namespace radforge
