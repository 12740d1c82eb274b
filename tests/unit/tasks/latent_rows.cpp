#include "radforge/tasks/latent_rows.hpp"

#include "encoded_fixture.hpp"

#include "radforge/core/error.hpp"
#include "radforge/models/pipeline_folder.hpp"

#include <fstream>

using namespace radforge;
using Catch::Matchers::Contains;

TEST_CASE_METHOD(EncodedFixture, "latents have the ids, records and order of their images") {
  const Dataset images(folder / "data");
  const Dataset latents(folder / "latents");
  REQUIRE(latents.index().num_rows() == images.index().num_rows());
  for (std::int64_t id = 0; id < images.index().num_rows(); ++id) {
    const SampleRecord& image = images.record(id);
    const SampleRecord& latent = latents.record(id);
    CHECK(latent.id == id);
    CHECK((latent.source == image.source && latent.split == image.split && latent.prompt == image.prompt));
    CHECK(latent.findings == image.findings);
  }
  const DatasetSchema& schema = latents.schema();
  CHECK((schema.height == 4 && schema.width == 4 && schema.channels == 8));
  CHECK(schema.findings == images.schema().findings);
  CHECK((schema.encoding.image_height == 16 && schema.encoding.image_channels == 1));
  CHECK(schema.encoding.scaling_factor == read_autoencoder_config(folder / "pipeline").scaling_factor);
}

TEST_CASE_METHOD(EncodedFixture, "what cannot be encoded is refused") {
  LatentsConfig config = latents_config();
  config.dataset = folder / "latents";
  CHECK_THROWS_AS(LatentRows(config), DataError);
  CHECK_THROWS_WITH(LatentRows(config), Contains("holds latents, not images"));
  config = latents_config();
  AutoencoderConfig colour = read_autoencoder_config(folder / "pipeline");
  colour.in_channels = 3;
  write_autoencoder(folder / "colour", colour, read_autoencoder_weights(folder / "pipeline"));
  config.autoencoder = folder / "colour";
  CHECK_THROWS_AS(LatentRows(config), ConfigError);
  CHECK_THROWS_WITH(LatentRows(config), Contains("takes 3 channels"));
}

TEST_CASE_METHOD(EncodedFixture, "an image that is not the one its data set lists is not encoded") {
  // Another data set's shard, sound in itself, in the place of the listed one.
  write_tiny_dataset(folder / "other", 24);
  DatasetIndex index = DatasetIndex::load(folder / "data");
  std::swap(index.shards[0].pixel_digests[0], index.shards[0].pixel_digests[1]);
  index.save(folder / "other");
  LatentsConfig config = latents_config();
  config.dataset = folder / "other";
  const LatentRows rows(config);
  CHECK_THROWS_AS(rows.values(0), DataError);
  CHECK_THROWS_WITH(rows.values(1), Contains("not the image that the data set lists"));
  CHECK(rows.values(2).size() == rows.schema().num_bytes());
}
