#pragma once

#include "../../../src/comm/nccl_communicator.hpp"
#include "fake_gpu_runtime.hpp"
#include "fake_nccl.hpp"
#include "radforge/core/clock.hpp"
#include "radforge/core/error.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace radforge {

/// A communicator of one rank over a fake GPU; the stream s1 is the test's.
class NcclRig {
 public:
  explicit NcclRig(double collective_deadline_s = 0) {
    options.current_stream = [this] { return compute.get(); };
    options.collective_deadline_s = collective_deadline_s;
  }
  ~NcclRig() {
    ranks.reset();
    CHECK(library->misuse().empty());
  }

  void open() {
    ranks = std::make_unique<NcclCommunicator>(make_self_communicator(), runtime, library, options);
    while (script->count("set_device") < 2) { // the monitor's, of its thread
      std::this_thread::yield();
    }
    script->clear();
  }

  /// Waits until a call of the communicator fails, and gives its text.
  std::string failure() {
    const Stopwatch waiting;
    while (waiting.seconds() < 20) {
      try {
        ranks->barrier();
      } catch (const CommunicationError& error) {
        return error.what();
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return "none";
  }

  std::vector<float> values = std::vector<float>(3); ///< outlive what is done with them
  std::vector<float> others = std::vector<float>(3);
  std::shared_ptr<CallScript> script = std::make_shared<CallScript>();
  std::shared_ptr<FakeNcclPlan> plan = std::make_shared<FakeNcclPlan>();
  std::shared_ptr<FakeGpuRuntime> runtime = std::make_shared<FakeGpuRuntime>(script);
  std::shared_ptr<FakeNccl> library = std::make_shared<FakeNccl>(script, plan);
  GpuStream compute{runtime};
  NcclOptions options;
  std::unique_ptr<NcclCommunicator> ranks;
};

inline Buffer on_device(std::vector<float>& values) { return {values.data(), values.size(), DType::f32, Place::cuda}; }

} // namespace radforge
