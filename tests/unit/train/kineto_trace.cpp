#include "../../../src/train/kineto_trace.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"
#include "temp_folder.hpp"

#include <ATen/ops/mm.h>
#include <ATen/ops/ones.h>
#include <ATen/record_function.h>

#include "torch_catch.hpp"

using namespace radforge;

TEST_CASE("a trace has the operators and named spans from its start to its stop") {
  const TempFolder folder;
  KinetoTrace trace(at::kCPU);
  { RECORD_USER_SCOPE("too early"); }
  trace.start();
  {
    RECORD_USER_SCOPE("a product");
    at::mm(at::ones({3, 5}), at::ones({5, 2}));
  }
  trace.stop();
  { RECORD_USER_SCOPE("too late"); }

  const std::vector<NamedSpan> spans = trace.named_spans();
  REQUIRE(spans.size() == 1);
  CHECK(spans[0].name == "a product");
  CHECK(spans[0].start_ns > 0);
  CHECK(spans[0].duration_ns > 0);
  trace.save(folder.path() / "trace.json");
  const std::string text = read_file(folder.path() / "trace.json");
  CHECK_THAT(text, Catch::Contains("\"aten::mm\"") && Catch::Contains("[[3, 5], [5, 2]]") && Catch::Contains("a product"));
  CHECK_THAT(text, !Catch::Contains("too early") && !Catch::Contains("after"));
}

TEST_CASE("a trace that cannot be saved is an error") {
  const TempFolder folder;
  KinetoTrace trace(at::kCPU);
  trace.start();
  trace.stop();
  CHECK_THROWS_AS(trace.save(folder.path() / "no-folder/trace.json"), IoError);
}

TEST_CASE("a trace that nobody stops is dropped, and the next one can start") {
  for (int i = 0; i < 2; ++i) {
    KinetoTrace trace(at::kCPU);
    CHECK_THROWS_AS(trace.stop(), InternalError);
    CHECK_NOTHROW(trace.start());
  }
}
