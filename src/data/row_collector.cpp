#include "row_collector.hpp"

#include "radforge/core/hash.hpp"

#include "age.hpp"
#include "cell_text.hpp"

#include <algorithm>
#include <utility>

namespace radforge {

RowCollector::RowCollector(std::string site, std::vector<std::string> labels) : site_(std::move(site)) {
  table_.labels = std::move(labels);
}

void RowCollector::add(std::size_t line, const std::string& image, const std::function<void(SiteRow&)>& fill) {
  SiteRow row;
  row.line = line;
  row.image = image;
  notes_.clear();
  try {
    row.image = read_image_path(image);
    row.labels.assign(table_.labels.size(), LabelState::unmentioned);
    fill(row);
    if (row.patient.empty()) {
      throw BadRow{"no patient named"};
    }
    if (!is_new_image(row.image)) {
      throw BadRow{"duplicate image"};
    }
  } catch (const BadRow& bad) {
    table_.rejections.push_back({site_, line, row.image, bad.reason, bad.kind});
    return;
  }
  if (row.age_group.empty()) {
    row.age_group = age_group_of(row.age);
  }
  for (const std::string& note : notes_) {
    ++table_.notes[note];
  }
  table_.rows.push_back(std::move(row));
}

void RowCollector::reject(std::size_t line, const std::string& image, std::string reason) {
  table_.rejections.push_back({site_, line, image, std::move(reason), Rejection::Kind::fault});
}

bool RowCollector::is_new_image(const std::string& image) {
  const std::uint64_t key = hash64(image);
  const auto [first, last] = rows_by_image_.equal_range(key);
  if (std::any_of(first, last, [&](const auto& entry) { return table_.rows[entry.second].image == image; })) {
    return false;
  }
  rows_by_image_.emplace(key, table_.rows.size());
  return true;
}

SiteTable RowCollector::finish() {
  const auto count = [&](const char* what, auto&& holds) {
    if (const auto rows = std::count_if(table_.rows.begin(), table_.rows.end(), holds); rows > 0) {
      table_.notes[what] += static_cast<std::size_t>(rows);
    }
  };
  count("sex unknown", [](const SiteRow& row) { return row.sex.empty(); });
  count("age unknown", [](const SiteRow& row) { return row.age < 0 && row.age_group.empty(); });
  count("view unknown", [](const SiteRow& row) { return row.view.empty(); });
  if (std::any_of(table_.rows.begin(), table_.rows.end(), [](const SiteRow& row) { return !row.race.empty(); })) {
    count("race unknown", [](const SiteRow& row) { return row.race.empty(); });
  }
  return std::move(table_);
}

} // namespace radforge
