#include "radforge/nn/precision.hpp"

#include "radforge/core/error.hpp"

#include "torch_catch.hpp"

using namespace radforge;

TEST_CASE("floating types have one name each") {
  for (const char* name : {"fp32", "fp16", "bf16"}) {
    CHECK(precision_of(scalar_type_of(name)) == name);
  }
  CHECK(scalar_type_of("bf16") == at::kBFloat16);
  CHECK(precision_of(at::kLong) == "Long");
  CHECK_THROWS_AS(scalar_type_of("fp8"), ConfigError);
}
