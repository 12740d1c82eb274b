#include "radforge/nn/state_dict.hpp"

#include "radforge/core/error.hpp"

#include "temp_folder.hpp"

#include "torch_catch.hpp"

#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>

using namespace radforge;

TEST_CASE("tensors of every type come back from a safetensors file") {
  const TempFolder folder;
  StateDict state;
  for (const at::ScalarType type : {at::kFloat, at::kDouble, at::kHalf, at::kBFloat16, at::kLong, at::kInt, at::kByte}) {
    state[c10::toString(type)] = at::arange(6).view({2, 3}).to(type);
  }
  state["transposed"] = at::arange(6, at::kFloat).view({2, 3}).t();
  write_state_dict(folder / "a.safetensors", state);
  const StateDict read = read_state_dict(folder / "a.safetensors");
  REQUIRE(read.size() == state.size());
  for (const auto& [name, tensor] : state) {
    INFO(name);
    CHECK(read.at(name).scalar_type() == tensor.scalar_type());
    CHECK(at::equal(read.at(name), tensor));
  }
}
