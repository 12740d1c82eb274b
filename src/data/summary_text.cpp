#include "radforge/core/error.hpp"
#include "radforge/data/shard_maker.hpp"

#include <fmt/format.h>

#include <sstream>

namespace radforge {

std::string write_summaries(const std::vector<ShardSummary>& summaries) {
  std::string text;
  for (const ShardSummary& summary : summaries) {
    text += fmt::format("{} {} {} {} {} {} {}\n", summary.file, summary.first_id, summary.num_rows, summary.num_bytes,
                        summary.file_digest, fmt::join(summary.row_digests, " "), fmt::join(summary.pixel_digests, " "));
  }
  return text;
}

std::vector<ShardSummary> read_summaries(std::string_view text) {
  std::vector<ShardSummary> summaries;
  std::istringstream stream{std::string(text)};
  for (std::string line; std::getline(stream, line);) {
    std::istringstream words(line);
    ShardSummary summary;
    words >> summary.file >> summary.first_id >> summary.num_rows >> summary.num_bytes >> summary.file_digest;
    require(!words.fail(), "a shard's summary on each line");
    const auto num_rows = static_cast<std::size_t>(summary.num_rows);
    for (std::string digest; words >> digest;) {
      (summary.row_digests.size() < num_rows ? summary.row_digests : summary.pixel_digests).push_back(std::move(digest));
    }
    require(summary.pixel_digests.size() == num_rows, "two digests for each row");
    summaries.push_back(std::move(summary));
  }
  return summaries;
}

} // namespace radforge
