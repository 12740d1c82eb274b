#include "../../../src/nn/cuda_jobs.hpp"
#include "../../../src/nn/keyed_normals_job.hpp"

#include "radforge/core/error.hpp"

#include "torch_catch.hpp"

#include <ATen/Context.h>

using namespace radforge;

TEST_CASE("a job for a GPU is an error where there is none") {
  if (at::getNumGPUs() == 0) {
    CHECK_THROWS(OnCuda()(KeyedNormalsJob{}));
  }
  if (!at::globalContext().hasCUDART()) { // nor a build with CUDA
    CHECK_THROWS_AS(OnCuda()(KeyedNormalsJob{}), InternalError);
  }
}
