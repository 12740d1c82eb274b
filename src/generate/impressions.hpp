#pragma once

#include "radforge/core/philox.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace radforge {

/// A table of texts by the findings that they tell of. Columns: id, findings ("Edema + Effusion"), text; others are passed over.
class Impressions {
 public:
  Impressions() = default;
  /// Errors: DataError naming file and line (no such column, an id twice, a row without text, a NUL in it, what CsvReader
  /// refuses), IoError.
  explicit Impressions(const std::filesystem::path& path);

  /// Whether there is one with these findings, sorted by name.
  bool has(const std::vector<std::string>& findings) const { return by_findings_.contains(findings); }
  /// One of them, drawn by `key`. InternalError if there is none.
  const std::string& draw(const std::vector<std::string>& findings, const RandomKey& key) const;

 private:
  std::map<std::vector<std::string>, std::vector<std::string>> by_findings_;
};

} // namespace radforge
