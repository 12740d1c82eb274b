#pragma once

#include "site_table.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

namespace radforge {

/// Puts a SiteTable together row by row: a row that cannot be read becomes a rejection.
class RowCollector {
 public:
  RowCollector(std::string site, std::vector<std::string> labels);

  const std::vector<std::string>& labels() const { return table_.labels; }

  /// A row that `fill` completes; its line, its image (path below the site's folder, checked here) and as many labels as the site
  /// has, all unmentioned, are set before. Rejected if `fill` throws BadRow, if no patient is named, or if an earlier row has
  /// the image.
  void add(std::size_t line, const std::string& image, const std::function<void(SiteRow&)>& fill);

  /// Counts the row that `fill` is at, if it is taken.
  void note(std::string what) { notes_.push_back(std::move(what)); }
  /// A note of its own.
  void note(const std::string& what, std::size_t count) { table_.notes[what] += count; }
  void reject(std::size_t line, const std::string& image, std::string reason);

  /// The table, with notes on how many rows lack sex, age, view and, where the site has it, race.
  SiteTable finish();

 private:
  bool is_new_image(const std::string& image);

  std::string site_;
  SiteTable table_;
  std::vector<std::string> notes_;
  std::unordered_multimap<std::uint64_t, std::size_t> rows_by_image_; // by hash: a set of a million paths would be 100 MB
};

} // namespace radforge
