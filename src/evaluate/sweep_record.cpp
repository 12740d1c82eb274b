#include "radforge/evaluate/sweep_record.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"

#include <nlohmann/json.hpp>

namespace radforge {

namespace {

using Json = nlohmann::ordered_json;

constexpr int schema_version = 1;

} // namespace

std::string SweepRecord::name_without(const std::string& axis, const Run& run) const {
  std::string name = run.entry;
  for (const std::string& other : axes) {
    if (const auto value = run.values.find(other); other != axis && value != run.values.end()) {
      name += "-" + value->second;
    }
  }
  return name;
}

void write_sweep_record(const std::filesystem::path& folder, const SweepRecord& record) {
  Json runs = Json::array();
  for (const SweepRecord::Run& run : record.runs) {
    runs.push_back({{"name", run.name}, {"entry", run.entry}, {"task", run.task}, {"values", run.values}});
  }
  const Json json{{"schema_version", schema_version}, {"axes", record.axes}, {"runs", runs}};
  write_file_atomically(folder / SweepRecord::file_name, json.dump(1) + "\n");
}

SweepRecord read_sweep_record(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / SweepRecord::file_name;
  if (!std::filesystem::exists(path)) {
    throw DataError("{} has no {} (no sweep has begun there) run `radforge sweep` with this --output first", folder.string(),
                    SweepRecord::file_name);
  }
  SweepRecord record;
  try {
    const Json json = Json::parse(read_file(path));
    if (json.at("schema_version") != schema_version) {
      throw DataError("{}: schema {} (this version reads {}) run the sweep again", path.string(), json["schema_version"].dump(),
                      schema_version);
    }
    record.axes = json.at("axes");
    for (const Json& run : json.at("runs")) {
      record.runs.push_back({run.at("name"), run.at("entry"), run.at("task"), run.at("values")});
    }
  } catch (const Json::exception& error) {
    throw DataError("{} is damaged ({}) run the sweep again, which writes it anew", path.string(), error.what());
  }
  return record;
}

} // namespace radforge
