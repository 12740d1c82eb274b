#include "radforge/core/error.hpp"
#include "radforge/models/pipeline_folder.hpp"

#include "part_files.hpp"

#include "torch_catch.hpp"

using namespace radforge;
using Catch::Matchers::Contains;
using nlohmann::json;

namespace {

UNetConfig with(const json& changes) { return read_unet_config(PartFolder("unet", changes).path()); }

} // namespace

TEST_CASE("a UNet's configuration is read as diffusers means it") {
  CHECK(with({{"num_attention_heads", {1, 2, 4, 8}}}).num_attention_heads == std::vector<std::int64_t>{1, 2, 4, 8});
  CHECK(with({{"attention_head_dim", 8}}).num_attention_heads == std::vector<std::int64_t>{8, 8, 8, 8});
  CHECK(with({{"upcast_attention", true}}).upcast_attention);
  CHECK(with({{"norm_num_groups", nullptr}}).norm_num_groups == 32); // absent in the first files
  CHECK(with({{"class_embed_type", nullptr}, {"encoder_hid_dim", nullptr}, {"mid_block_type", nullptr}}).layers_per_block == 2);
}

TEST_CASE("a UNet that is not built here is refused by key and value") {
  CHECK_THROWS_WITH(with({{"_class_name", "SD3Transformer2DModel"}}), Contains("SD3Transformer2DModel"));
  CHECK_THROWS_WITH(with({{"transformer_layers_per_block", {1, 2, 10}}}), Contains("transformer_layers_per_block is [1,2,10]"));
  CHECK_THROWS_WITH(with({{"addition_embed_type", "text_time"}}), Contains("addition_embed_type") && Contains("text_time"));
  CHECK_THROWS_WITH(with({{"resnet_time_scale_shift", "scale_shift"}}), Contains("resnet_time_scale_shift"));
  CHECK_THROWS_WITH(with({{"only_cross_attention", true}}), Contains("only_cross_attention"));
  CHECK_THROWS_WITH(with({{"act_fn", "gelu"}}), Contains("act_fn is \"gelu\""));
  CHECK_THROWS_WITH(with({{"layers_per_block", {2, 2, 2, 2}}}), Contains("'layers_per_block'"));
  CHECK_THROWS_WITH(with({{"layers_per_block", 2.5}}), Contains("whole numbers are needed"));
  CHECK_THROWS_WITH(with({{"attention_head_dim", {5, 10, 20.5, 20}}}), Contains("whole numbers are needed"));
  CHECK_THROWS_WITH(with({{"cross_attention_dim", "wide"}}), Contains("'cross_attention_dim'"));
}

TEST_CASE("a UNet's configuration is held to the ranges of our own") {
  CHECK_THROWS_AS(with({{"norm_num_groups", 7}}), DataError);
  CHECK_THROWS_WITH(with({{"norm_num_groups", 7}}), Contains("norm_num_groups"));
  CHECK_THROWS_WITH(with({{"block_out_channels", {320, 640}}}), Contains("differ in length"));
  CHECK_THROWS_WITH(with({{"block_out_channels", {5, 10, 10, 10}}, {"norm_num_groups", 5}, {"attention_head_dim", 1}}),
                    Contains("odd width"));
  CHECK_THROWS_WITH(with({{"layers_per_block", 1'000'000}}), Contains("layers_per_block"));
  CHECK_THROWS_WITH(with({{"down_block_types", {"AttnDownBlock2D", "DownBlock2D", "DownBlock2D", "DownBlock2D"}}}),
                    Contains("AttnDownBlock2D"));
}
