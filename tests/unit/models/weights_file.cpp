#include "../../../src/models/weights_file.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"
#include "radforge/nn/state_dict.hpp"

#include "temp_folder.hpp"
#include "torch_catch.hpp"

#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>

using namespace radforge;
using Catch::Matchers::Contains;

namespace {

StateDict tensor(const std::string& name, double value) { return {{name, at::full({2}, value, at::kFloat)}}; }

void write_pieces(const TempFolder& folder, const std::string& weight_map) {
  write_state_dict(folder / "model-00001-of-00002.safetensors", tensor("a", 1));
  write_state_dict(folder / "model-00002-of-00002.safetensors", tensor("b", 2));
  write_file_atomically(folder / "model.safetensors.index.json", "{\"metadata\":{},\"weight_map\":{" + weight_map + "}}");
}

} // namespace

TEST_CASE("weights come whole, in pieces, or as the half-precision variant, in this order") {
  const TempFolder folder;
  write_state_dict(folder / "model.fp16.safetensors", tensor("half", 3));
  CHECK(read_weights(folder.path(), "model").contains("half"));

  write_pieces(folder, R"("a":"model-00001-of-00002.safetensors","b":"model-00002-of-00002.safetensors")");
  const StateDict pieces = read_weights(folder.path(), "model");
  REQUIRE(pieces.size() == 2);
  CHECK(at::equal(pieces.at("a"), tensor("a", 1).at("a")));
  CHECK(at::equal(pieces.at("b"), tensor("b", 2).at("b")));

  write_state_dict(folder / "model.safetensors", tensor("whole", 4));
  CHECK(read_weights(folder.path(), "model").contains("whole"));
}

TEST_CASE("pieces of the half-precision variant are found under both spellings of their index") {
  const std::string index = GENERATE("model.fp16.safetensors.index.json", "model.safetensors.index.fp16.json");
  const TempFolder folder;
  write_state_dict(folder / "model.fp16-00001-of-00001.safetensors", tensor("a", 1));
  write_file_atomically(folder / index, R"({"weight_map":{"a":"model.fp16-00001-of-00001.safetensors"}})");
  CHECK(read_weights(folder.path(), "model").contains("a"));
}

TEST_CASE("an index that does not fit its pieces is refused") {
  const TempFolder folder;
  const auto refusal = [&](const std::string& weight_map) {
    write_pieces(folder, weight_map);
    return [&folder] { read_weights(folder.path(), "model"); };
  };
  const std::string a = R"("a":"model-00001-of-00002.safetensors")";
  CHECK_THROWS_WITH(refusal(a + R"(,"c":"model-00001-of-00002.safetensors")")(), Contains("holds no tensor 'c'"));
  CHECK_THROWS_WITH(refusal(a + R"(,"c":"model-00002-of-00002.safetensors")")(),
                    Contains("holds tensor 'b'") && Contains("nowhere"));
  CHECK_THROWS_WITH(refusal(R"("a":"../model-00001-of-00002.safetensors")")(), Contains("lie beside their index"));
  CHECK_THROWS_WITH(refusal(R"("a":"/etc/passwd")")(), Contains("lie beside their index"));
  CHECK_THROWS_WITH(refusal(R"("a":"")")(), Contains("lie beside their index"));
  CHECK_THROWS_WITH(refusal(R"("a":7)")(), Contains("key 'weight_map' is missing or of another type"));
  CHECK_THROWS_AS(refusal(R"("a":"model-00003-of-00002.safetensors")")(), IoError);
}

TEST_CASE("a folder without safetensors says what to do") {
  const TempFolder folder;
  CHECK_THROWS_WITH(read_weights(folder.path(), "model"), Contains("has no weights") && Contains("model.safetensors"));
  write_file_atomically(folder / "pytorch_model.bin", "PK");
  CHECK_THROWS_WITH(read_weights(folder.path(), "model"), Contains("tools/convert_weights") && Contains("pytorch_model.bin"));
}
