#include "backend.hpp"

#include "../../src/cli/parity.hpp"

#include "torch_catch.hpp"

using namespace radforge;

TEST_CASE("CUDA computes what the CPU computes, as doctor --parity sees it") {
  const DeviceAccess access; // many operators: not opened and closed for each
  const std::vector<ParityRow> rows = measure_parity(at::Device(at::kCUDA, 0));
  CHECK(rows.size() == 18);
  for (const ParityRow& row : rows) {
    INFO(row.what << ": " << row.error << " of " << row.bound);
    CHECK(row.holds());
  }
  CHECK_THAT(parity_table(rows), Catch::EndsWith("the device computes what the CPU computes\n"));
  CHECK_THAT(parity_table({{"a sum", 0.5, 0.1}}), Catch::StartsWith("bad") && Catch::Contains("does not compute"));
}
