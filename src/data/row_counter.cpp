#include "radforge/data/shard_maker.hpp"

namespace radforge {

void RowCounter::add(const SampleRecord& record) {
  const auto count = [&](const char* what, const std::string& value) { ++counts_[what][value.empty() ? "unknown" : value]; };
  count("status", record.status);
  if (record.status != "ok") {
    return;
  }
  count("site", site_of(record));
  count("split", record.split);
  count("sex", record.sex);
  count("age_group", record.age_group);
  count("race", record.race);
  count("view", record.view);
}

} // namespace radforge
