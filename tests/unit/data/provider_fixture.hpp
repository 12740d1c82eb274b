#pragma once

#include "../../../src/data/site_table.hpp"

#include "temp_folder.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace radforge {

/// A collection of tests/golden/data, read as its provider lays it out.
inline SiteConfig provider_site(const std::string& folder, const std::string& adapter) {
  return {.name = "s", .adapter = adapter, .root = (std::filesystem::path(RADFORGE_GOLDEN_DIR) / "data" / folder).string()};
}

/// A collection of one's own, file by file.
class ProviderFolder {
 public:
  explicit ProviderFolder(std::string adapter) : adapter_(std::move(adapter)) {}

  void put(const std::string& file, std::string_view content) const {
    std::filesystem::create_directories((folder_ / file).parent_path());
    std::ofstream(folder_ / file, std::ios::binary) << content;
  }
  std::string path(const std::string& file) const { return (folder_ / file).string(); }
  SiteConfig config() const { return {.name = "s", .adapter = adapter_, .root = folder_.path().string()}; }

 private:
  TempFolder folder_;
  std::string adapter_;
};

/// "line reason" of each rejection, "*" after the line of one by choice.
inline std::vector<std::string> rejections_of(const SiteTable& table) {
  std::vector<std::string> texts;
  for (const Rejection& rejection : table.rejections) {
    const char* mark = rejection.kind == Rejection::Kind::choice ? "* " : " ";
    texts.push_back(std::to_string(rejection.line) + mark + rejection.reason);
  }
  return texts;
}

inline LabelState label_of(const SiteTable& table, std::size_t row, const std::string& name) {
  const auto found = std::find(table.labels.begin(), table.labels.end(), name);
  REQUIRE(found != table.labels.end());
  return table.rows.at(row).labels.at(static_cast<std::size_t>(found - table.labels.begin()));
}

using Notes = std::map<std::string, std::size_t>;

} // namespace radforge
