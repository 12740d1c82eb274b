#include "radforge/nn/state_dict.hpp"

#include "radforge/core/error.hpp"

#include "temp_folder.hpp"

#include "torch_catch.hpp"

#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>

#include <filesystem>

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

TEST_CASE("tensors of a file keep it mapped, whatever takes its place") {
  const TempFolder folder;
  StateDict read;
  {
    StateDict state;
    state["a"] = at::arange(100'000, at::kFloat);
    state["b"] = at::arange(7, at::kLong);
    write_state_dict(folder / "a.safetensors", state);
    read = read_state_dict(folder / "a.safetensors");
  }
  const at::Tensor kept = read.at("b");
  read.erase("b");
  write_state_dict(folder / "a.safetensors", {{"a", at::full({100'000}, 5.0F)}});
  CHECK(at::equal(read.at("a"), at::arange(100'000, at::kFloat)));
  read.clear();
  std::filesystem::remove(folder / "a.safetensors");
  CHECK(at::equal(kept, at::arange(7, at::kLong)));
}

TEST_CASE("aligned tensors are views of the file, others are copies") {
  const TempFolder folder;
  StateDict state;
  state["a"] = at::full({4}, 1.5F);
  state["b"] = at::full({3}, 7, at::kByte);
  state["c"] = at::arange(5, at::kFloat); // behind three bytes
  state["d"] = at::full({2, 0}, 1.0F);
  write_state_dict(folder / "a.safetensors", state);
  const StateDict read = read_state_dict(folder / "a.safetensors");
  for (const auto& [name, tensor] : state) {
    INFO(name);
    CHECK(at::equal(read.at(name), tensor));
    CHECK(reinterpret_cast<std::uintptr_t>(read.at(name).const_data_ptr()) % tensor.element_size() == 0);
  }
  const auto* a = static_cast<const char*>(read.at("a").const_data_ptr());
  CHECK(read.at("b").const_data_ptr() == a + 16);
  CHECK(read.at("c").const_data_ptr() != a + 19);
}
