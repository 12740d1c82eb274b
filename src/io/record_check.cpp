#include "record_check.hpp"

#include "radforge/core/error.hpp"

#include <algorithm>
#include <cmath>

namespace radforge {

void check_record(const SampleRecord& record, const DatasetSchema& schema) {
  const std::size_t num_bytes = schema.num_bytes();
  if (record.pixels.size() != num_bytes) {
    throw DataError("record {}: {} pixel values where the data set's {} x {} x {} need {}; resize the image", record.id,
                    record.pixels.size(), schema.height, schema.width, schema.channels, num_bytes);
  }
  if (record.findings.size() != schema.findings.size()) {
    throw DataError("record {}: {} findings where the data set names {}; give one value each", record.id, record.findings.size(),
                    schema.findings.size());
  }
  const std::size_t num_checks = schema.generation ? schema.generation->checks.size() : 0;
  require(record.check_scores.size() == num_checks && record.check_passed.size() == num_checks,
          "a record has a result of each check");
  if (std::any_of(record.findings.begin(), record.findings.end(), [](std::int8_t value) { return value < -1 || value > 1; })) {
    throw DataError("record {}: a finding is neither 1 (present), 0 (absent) nor -1 (unknown); mend it in the source table",
                    record.id);
  }
  if (!std::isfinite(record.age) || (record.age < 0 && record.age != -1)) {
    throw DataError("record {}: age {} is no age (years, or -1 if unknown); mend it in the source table", record.id, record.age);
  }
  if (const std::string problem = text_problem(record); !problem.empty()) {
    throw DataError("record {}: {}; mend it in the source table", record.id, problem);
  }
}

} // namespace radforge
