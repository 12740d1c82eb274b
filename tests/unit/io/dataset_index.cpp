#include "radforge/io/dataset_index.hpp"

#include "radforge/core/error.hpp"

#include "helpers.hpp"
#include "shard_samples.hpp"
#include "temp_folder.hpp"

using namespace radforge;
using Catch::Matchers::Contains;

namespace {

DatasetIndex sample_index() {
  DatasetIndex index{.name = "prepare", .config_digest = "abc", .schema = sample_schema()};
  index.rows_per_shard = 2;
  const std::string digest(32, 'a');
  index.shards = {{"shard-00000.h5", 0, 2, 5000, digest, {digest, digest}, {digest, digest}},
                  {"shard-00001.h5", 2, 1, 4000, digest, {digest}, {digest}}};
  index.counts = {{"sex", {{"", 1}, {"F", 2}}}};
  return index;
}

/// What load says after `from` in the file was replaced by `to`.
std::string fault_after(std::string_view from, std::string_view to, DatasetIndex index = sample_index()) {
  const TempFolder folder;
  index.save(folder.path());
  std::string text = read_file(folder / "dataset.json");
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  put(folder / "dataset.json", text.replace(at, from.size(), to));
  return error_of<DataError>([&] { DatasetIndex::load(folder.path()); });
}

} // namespace

TEST_CASE("dataset_index: what is saved is loaded, and equal indexes give equal bytes") {
  const TempFolder folder;
  const TempFolder other;
  DatasetIndex index = sample_index();
  index.save(folder.path());
  DatasetIndex loaded = DatasetIndex::load(folder.path());
  CHECK(loaded.name == index.name);
  CHECK(loaded.config_digest == index.config_digest);
  CHECK(loaded.schema == index.schema);
  CHECK(loaded.rows_per_shard == 2);
  CHECK(loaded.shards == index.shards);
  CHECK(loaded.counts == index.counts);
  CHECK(loaded.num_rows() == 3);
  CHECK(loaded.virtual_file == index.virtual_file);
  loaded.save(other.path());
  CHECK(read_file(folder / "dataset.json") == read_file(other / "dataset.json"));
  CHECK(read_file(folder / "dataset.h5") == read_file(other / "dataset.h5"));
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 2);
}

TEST_CASE("dataset_index: a data set without rows is possible") {
  const TempFolder folder;
  DatasetIndex index = sample_index();
  index.shards.clear();
  index.save(folder.path());
  CHECK(DatasetIndex::load(folder.path()).num_rows() == 0);
}

TEST_CASE("dataset_index: an unfinished data set is told from an unreadable place") {
  const TempFolder folder;
  CHECK_THAT(error_of<DataError>([&] { DatasetIndex::load(folder.path()); }), Contains("no finished data set"));
  CHECK_THAT(error_of<IoError>([&] { DatasetIndex::load(folder / "none"); }), Contains("none"));
}

TEST_CASE("dataset_index: faults name the file and the field") {
  CHECK_THAT(fault_after("{", "["), Contains("dataset.json") && Contains("not JSON"));
  CHECK_THAT(fault_after("\"schema_version\": 1", "\"schema_version\": 2"), Contains("schema version 2"));
  CHECK_THAT(fault_after("\"name\"", "\"nam\""), Contains("the document has no 'name'"));
  CHECK_THAT(fault_after("\"name\": \"prepare\"", "\"name\": 1"), Contains("name is not text"));
  CHECK_THAT(fault_after("\"height\": 16", "\"height\": 0"), Contains("schema.height is not a whole number"));
  CHECK_THAT(fault_after("\"height\": 16", "\"height\": 1e3"), Contains("schema.height is not a whole number"));
  CHECK_THAT(fault_after("\"height\": 16", "\"height\": 18446744073709551615"), Contains("schema.height is not a whole number"));
  CHECK_THAT(fault_after("\"findings\": [", "\"findings\": [1,"), Contains("schema.findings[0] is not text"));
  CHECK_THAT(fault_after("\"num_rows\": 3", "\"num_rows\": 4"), Contains("num_rows differs from the 3 rows"));
  CHECK_THAT(fault_after("\"F\": 2", "\"F\": -2"), Contains("counts.sex.F is not a whole number"));
  CHECK_THAT(fault_after("\"shard-00001.h5\"", "\"../x.h5\""), Contains("shards[1].file is not a plain file name"));
  CHECK_THAT(fault_after("\"shard-00001.h5\"", "\"d\\n\""), Contains("shards[1].file is not a plain file name"));
  CHECK_THAT(fault_after("\"shard-00001.h5\"", "\"\""), Contains("shards[1].file is not a plain file name"));
  CHECK_THAT(fault_after("\"file_digest\": \"a", "\"file_digest\": \"x"), Contains("shards[0].file_digest is not a digest"));
  CHECK_THAT(fault_after("\"row_digests\": [", "\"row_digests\": [\"a\","), Contains("shards[0].row_digests[0] is not a digest"));
  CHECK_THAT(fault_after("\"first_id\": 2", "\"first_id\": 3"), Contains("shards do not hold ids in order: shard 1"));
  CHECK_THAT(fault_after("\"first_id\": 2", "\"first_id\": 0"), Contains("shards do not hold ids in order: shard 1"));
  CHECK_THAT(fault_after("\"rows_per_shard\": 2", "\"rows_per_shard\": 1"), Contains("shards do not hold ids in order"));
  CHECK_THAT(fault_after("\"rows_per_shard\": 2", "\"rows_per_shard\": 0"), Contains("rows_per_shard is not a whole number"));
  CHECK_THAT(fault_after("\"num_rows\": 2", "\"num_rows\": 1"), Contains("shards[0].row_digests has 2 entries for 1 rows"));
}

TEST_CASE("dataset_index: any cut of the file is an error") {
  const TempFolder folder;
  sample_index().save(folder.path());
  const std::string text = read_file(folder / "dataset.json");
  for (std::size_t length = 0; length + 2 < text.size(); ++length) {
    put(folder / "dataset.json", text.substr(0, length));
    CHECK_THAT(error_of<DataError>([&] { DatasetIndex::load(folder.path()); }), Contains("not JSON"));
  }
}

TEST_CASE("dataset_index: latents and text states are told from images, with what made them") {
  for (const DatasetSchema& schema : {latents_schema(), latents_schema(ValueType::float16), text_states_schema()}) {
    const TempFolder folder;
    DatasetIndex index = sample_index();
    index.schema = schema;
    index.text_states = FileSummary{123, std::string(32, 'b')};
    index.save(folder.path());
    const DatasetIndex loaded = DatasetIndex::load(folder.path());
    CHECK(loaded.schema == schema);
    CHECK(loaded.text_states == index.text_states);
  }
  const TempFolder folder;
  sample_index().save(folder.path()); // as before there were kinds
  CHECK(read_file(folder / "dataset.json").find("kind") == std::string::npos);
  CHECK_FALSE(DatasetIndex::load(folder.path()).text_states);
}

TEST_CASE("dataset_index: how images were generated is kept") {
  const TempFolder folder;
  DatasetIndex index{
      .name = "generate", .config_digest = "0", .schema = generated_schema(), .rows_per_shard = 5, .shards = {}, .counts = {}};
  index.shards.push_back(write_sample_shard(folder / ShardWriter::file_name(0), 0, 3, index.schema));
  index.save(folder.path());
  CHECK(DatasetIndex::load(folder.path()).schema == generated_schema());
}

TEST_CASE("dataset_index: faults of a schema of latents are named") {
  DatasetIndex index = sample_index();
  index.schema = latents_schema();
  CHECK_THAT(fault_after("\"latents\"", "\"voxels\"", index), Contains("schema.kind is neither latents nor text_states"));
  CHECK_THAT(fault_after("\"latents\"", "\"images\"", index), Contains("schema.kind is neither latents nor text_states"));
  CHECK_THAT(fault_after("\"float32\"", "\"uint8\"", index), Contains("schema.type is neither float16 nor float32"));
  CHECK_THAT(fault_after("\"model_digest\"", "\"model\"", index), Contains("schema has no 'model_digest'"));
  CHECK_THAT(fault_after("\"image_height\": 32", "\"image_height\": 0", index), Contains("schema.image_height"));
  CHECK_THAT(fault_after("\"scaling_factor\": 0.18215", "\"scaling_factor\": 0", index), Contains("schema.scaling_factor"));
}
