#include "radforge/data/rejections.hpp"

#include "radforge/core/error.hpp"
#include "radforge/io/csv.hpp"
#include "radforge/io/image.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <tuple>

namespace radforge {
namespace {

std::string on_one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

std::string reasons_text(const Manifest& manifest) {
  std::vector<std::string> parts;
  for (const auto& [reason, count] : manifest.rejections_by_reason()) {
    parts.push_back(fmt::format("{}: {}", reason, count));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string site_of(const ManifestRow& row) { return row.record.source.substr(0, row.record.source.find('/')); }

} // namespace

std::vector<ImageFault> find_image_faults(const Manifest& manifest, std::size_t first, std::size_t last,
                                          const std::function<void(std::size_t)>& on_row) {
  std::vector<ImageFault> faults;
  for (std::size_t i = first; i < last; ++i) {
    try {
      read_grey_image(manifest.rows[i].image);
    } catch (const DataError& error) {
      faults.push_back({i, "unusable image: " + on_one_line(error.what())});
    }
    on_row(i);
  }
  return faults;
}

std::string write_faults(const std::vector<ImageFault>& faults) {
  std::string text;
  for (const ImageFault& fault : faults) {
    text += fmt::format("{} {}\n", fault.row, on_one_line(fault.reason));
  }
  return text;
}

std::vector<ImageFault> read_faults(std::string_view text) {
  std::vector<ImageFault> faults;
  std::istringstream stream{std::string(text)};
  for (ImageFault fault; stream >> fault.row && std::getline(stream >> std::ws, fault.reason);) {
    faults.push_back(fault);
  }
  return faults;
}

Manifest without_faults(Manifest manifest, const std::vector<ImageFault>& faults, const PrepareConfig& config) {
  std::set<std::size_t> faulty;
  for (const ImageFault& fault : faults) {
    const ManifestRow& row = manifest.rows.at(fault.row);
    const std::string site = site_of(row);
    manifest.rejections.push_back({site, row.line, row.record.source.substr(site.size() + 1), fault.reason});
    faulty.insert(fault.row);
  }
  std::map<std::string, std::size_t> site_order;
  for (const SiteConfig& site : config.sites) {
    site_order.emplace(site.name, site_order.size());
  }
  std::stable_sort(manifest.rejections.begin(), manifest.rejections.end(), [&](const Rejection& a, const Rejection& b) {
    return std::make_tuple(site_order.at(a.site), a.line) < std::make_tuple(site_order.at(b.site), b.line);
  });

  std::vector<ManifestRow> kept;
  for (std::size_t i = 0; i < manifest.rows.size(); ++i) {
    if (faulty.count(i) == 0) {
      kept.push_back(std::move(manifest.rows[i]));
      kept.back().record.id = static_cast<std::int64_t>(kept.size()) - 1;
    }
  }
  manifest.rows = std::move(kept);
  return manifest;
}

std::string rejected_csv(const Manifest& manifest) {
  std::string text = "site,line,image,reason\n";
  for (const Rejection& rejection : manifest.rejections) {
    text += fmt::format("{},{},{},{}\n", csv_field(rejection.site), rejection.line, csv_field(rejection.image),
                        csv_field(rejection.reason));
  }
  return text;
}

void require_few_rejections(const Manifest& manifest, double max_fraction) {
  const std::size_t num_rejected = manifest.rejections.size();
  const std::size_t num_rows = manifest.rows.size() + num_rejected;
  if (num_rows == 0) {
    throw DataError("the sites' tables have no rows (there is nothing to prepare) check them");
  }
  if (manifest.rows.empty() || static_cast<double>(num_rejected) > max_fraction * static_cast<double>(num_rows)) {
    throw DataError("{} of {} rows are rejected ({}; allowed is the fraction {}) see rejected.csv, and mend the tables or raise "
                    "max_rejected_fraction",
                    num_rejected, num_rows, reasons_text(manifest), max_fraction);
  }
}

} // namespace radforge
