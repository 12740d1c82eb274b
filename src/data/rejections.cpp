#include "radforge/data/rejections.hpp"

#include "radforge/core/error.hpp"
#include "radforge/io/csv.hpp"

#include "image_reasons.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>
#include <tuple>

namespace radforge {
namespace {

std::string on_one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

std::string reasons_text(const std::vector<Rejection>& rejections) {
  std::vector<std::string> parts;
  for (const auto& [reason, count] : count_by_reason(rejections, Rejection::Kind::fault)) {
    parts.push_back(fmt::format("{}: {}", reason, count));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

} // namespace

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

void require_missing_here_too(const PrepareConfig& config, const Manifest& manifest, const std::vector<ImageFault>& faults) {
  for (const ImageFault& fault : faults) {
    const std::filesystem::path path = image_path(config, manifest.rows.at(fault.row));
    std::error_code error;
    if (fault.reason == missing_image && std::filesystem::is_regular_file(path, error)) {
      throw IoError("'{}' is there for this rank and was missing for another (the site's folder is not the same for all ranks) "
                    "put it on a file system that all share, and give the same command again",
                    path.string());
    }
  }
}

std::map<std::string, std::size_t> count_by_reason(const std::vector<Rejection>& rejections, Rejection::Kind kind) {
  std::map<std::string, std::size_t> counts;
  for (const Rejection& rejection : rejections) {
    if (rejection.kind == kind) {
      ++counts[rejection.reason.substr(0, rejection.reason.find(": "))];
    }
  }
  return counts;
}

std::vector<Rejection> all_rejections(const PrepareConfig& config, const Manifest& manifest,
                                      const std::vector<ImageFault>& faults) {
  std::vector<Rejection> all = manifest.rejections;
  for (const ImageFault& fault : faults) {
    const ManifestRow& row = manifest.rows.at(fault.row);
    all.push_back({config.sites[row.site].name, row.line, image_of(row), fault.reason});
  }
  std::map<std::string, std::size_t> site_order;
  for (const SiteConfig& site : config.sites) {
    site_order.emplace(site.name, site_order.size());
  }
  std::stable_sort(all.begin(), all.end(), [&](const Rejection& a, const Rejection& b) {
    return std::make_tuple(site_order.at(a.site), a.line) < std::make_tuple(site_order.at(b.site), b.line);
  });
  return all;
}

std::string rejected_csv(const std::vector<Rejection>& rejections) {
  std::string text = "site,line,image,kind,reason\n";
  for (const Rejection& rejection : rejections) {
    text += fmt::format("{},{},{},{},{}\n", csv_field(rejection.site), rejection.line, csv_text(rejection.image),
                        rejection.kind == Rejection::Kind::fault ? "fault" : "choice", csv_text(rejection.reason));
  }
  return text;
}

void require_few_faults(const std::vector<Rejection>& rejections, std::size_t num_rows, double max_fraction) {
  const auto num_faults = static_cast<std::size_t>(
      std::count_if(rejections.begin(), rejections.end(), [](const Rejection& r) { return r.kind == Rejection::Kind::fault; }));
  if (num_rows == 0) {
    throw DataError("the sites' tables have no rows (there is nothing to prepare) check them");
  }
  if (rejections.size() == num_rows || static_cast<double>(num_faults) > max_fraction * static_cast<double>(num_rows)) {
    throw DataError("{} of {} rows are rejected ({}; allowed is the fraction {}) see rejected.csv, and mend the tables or raise "
                    "max_rejected_fraction",
                    rejections.size() == num_rows ? num_rows : num_faults, num_rows, reasons_text(rejections), max_fraction);
  }
}

} // namespace radforge
