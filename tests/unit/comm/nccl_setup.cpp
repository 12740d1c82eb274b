#include "nccl_rig.hpp"

#include <string>

using namespace radforge;
using Catch::Contains;

TEST_CASE("a set-up that fails says what failed and leaves nothing") {
  const std::string call =
      GENERATE(as<std::string>(), "set_device", "create_stream", "create_event", "version", "make_id", "init");
  NcclRig rig;
  rig.script->fail(call);
  CHECK_THROWS_WITH(rig.open(), Contains("(" + call + " failed (as told))"));
  CHECK(rig.script->count("abort") == 0); // there was nothing to abort
}

TEST_CASE("a set-up that does not end is aborted after its deadline") {
  NcclRig rig;
  rig.options.start_deadline_s = 0.3;
  rig.plan->never_ready = true;
  CHECK_THROWS_WITH(rig.open(), Contains("not ready after 0.3 s"));
  CHECK(rig.script->count("abort") == 1);
}

TEST_CASE("an error in the set-up is told") {
  NcclRig rig;
  rig.plan->error_in_set_up = true;
  CHECK_THROWS_WITH(rig.open(), Contains("NCCL could not be set up (NCCL's background work failed (as told))"));
  CHECK(rig.script->count("abort") == 1);
}
