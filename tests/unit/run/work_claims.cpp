#include "radforge/run/work_claims.hpp"

#include "../../../src/run/owner_record.hpp"
#include "radforge/core/clock.hpp"
#include "radforge/core/error.hpp"
#include "temp_folder.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <set>
#include <thread>

using namespace radforge;
using namespace std::chrono_literals;

namespace {

struct Fixture {
  WorkClaims claims(std::int64_t num_blocks, WorkClaimsOptions options = {}) {
    return {folder / "claims", num_blocks, [this](std::int64_t block) { return std::filesystem::exists(result(block)); }, options,
            log};
  }
  std::filesystem::path result(std::int64_t block) const { return folder / ("result-" + std::to_string(block)); }
  void finish(const WorkClaim& claim) const {
    claim.check();
    std::ofstream(result(claim.block())) << "done";
  }
  std::filesystem::path claim_folder(std::int64_t block) const { return folder / "claims" / ("0000" + std::to_string(block)); }

  /// A claim as a process that is gone has left it, with a file that it was at.
  void leave_claim(std::int64_t block, const std::string& host) const {
    OwnerRecord record;
    record.epoch = 3;
    record.process = this_process();
    if (host.empty()) {
      --record.process.start_ticks;
    } else {
      record.process.host = host;
    }
    record.lease_ms = 100;
    std::filesystem::create_directories(claim_folder(block));
    REQUIRE(create_record(claim_folder(block), record));
    std::ofstream(claim_folder(block) / "shard.h5.partial-host-1-1") << "half";
  }

  TempFolder folder;
  Log log;
};

} // namespace

TEST_CASE_METHOD(Fixture, "two that share blocks do each once, and leave no claim behind") {
  WorkClaims first = claims(4);
  WorkClaims second = claims(4, {.first = 1, .stride = 2});
  std::multiset<std::int64_t> done;
  while (!first.all_done() || !second.all_done()) {
    const auto one = first.try_next();
    const auto other = second.try_next();
    for (const auto* claim : {&one, &other}) {
      if (*claim) {
        done.insert((*claim)->block());
        finish(**claim);
      }
    }
  }
  CHECK(done == std::multiset<std::int64_t>{0, 1, 2, 3});
  CHECK(first.count_done() == 4);
  CHECK(std::filesystem::is_empty(folder / "claims"));
}

TEST_CASE_METHOD(Fixture, "ranks begin apart and help each other at the end") {
  WorkClaims claims = this->claims(5, {.first = 1, .stride = 2});
  std::vector<std::int64_t> order;
  while (const auto claim = claims.try_next()) {
    order.push_back(claim->block());
    finish(*claim);
  }
  CHECK(order == std::vector<std::int64_t>{1, 3, 0, 2, 4});
  CHECK(claims.all_done());
}

TEST_CASE_METHOD(Fixture, "a claim that is given up is open again") {
  WorkClaims claims = this->claims(1);
  WorkClaims other = this->claims(1);
  {
    const auto claim = claims.try_next();
    REQUIRE(claim);
    CHECK(other.try_next() == nullptr);
    CHECK_FALSE(other.all_done());
  }
  CHECK(other.try_next() != nullptr);
}

TEST_CASE_METHOD(Fixture, "a claim of a process that is gone is taken over at once, without what it left") {
  leave_claim(0, "");
  WorkClaims claims = this->claims(1);
  const auto claim = claims.try_next();
  REQUIRE(claim);
  CHECK_FALSE(std::filesystem::exists(claim->folder() / "shard.h5.partial-host-1-1"));
  CHECK(std::filesystem::exists(owner_file(claim->folder(), 4)));
}

TEST_CASE_METHOD(Fixture, "a claim from elsewhere is taken over after its lease, and never while it gives signs of life") {
  leave_claim(0, "far-away");
  WorkClaims claims = this->claims(1, {.lease = 200ms});
  const Stopwatch watch;
  for (int beat = 1; watch.seconds() < 0.6; ++beat) {
    auto record = *latest_owner(claim_folder(0));
    record.heartbeat = beat;
    update_record(claim_folder(0), record);
    CHECK(claims.try_next() == nullptr);
    std::this_thread::sleep_for(20ms);
  }
  const Stopwatch silent;
  std::unique_ptr<WorkClaim> claim;
  while (!claim && silent.seconds() < 20) {
    claim = claims.try_next();
    std::this_thread::sleep_for(10ms);
  }
  REQUIRE(claim);
  CHECK(silent.seconds() >= 0.15);
}

TEST_CASE_METHOD(Fixture, "whoever was taken over notices before it publishes") {
  WorkClaims claims = this->claims(1);
  const auto claim = claims.try_next();
  REQUIRE(claim);
  OwnerRecord other;
  other.epoch = 2;
  other.process = this_process();
  REQUIRE(create_record(claim->folder(), other));
  CHECK_THROWS_AS(claim->check(), OwnedError);
}

TEST_CASE_METHOD(Fixture, "a claim whose folder somebody has just removed is no error") {
  WorkClaims claims = this->claims(1);
  std::filesystem::remove_all(folder / "claims");
  CHECK(claims.try_next() == nullptr);
  std::ofstream(result(0)) << "done";
  CHECK(claims.try_next() == nullptr);
  CHECK(claims.all_done());
}
