#include "lease_watch.hpp"

#include <algorithm>
#include <cmath>

namespace radforge {

namespace {
constexpr double kAnnounceEvery_s = 10;
constexpr double kHeartbeatsPerLease = 4; // folder_owner.cpp
} // namespace

void LeaseWatch::look_at(const OwnerRecord& owner) {
  const double gap_s = since_look_.seconds();
  since_look_.restart();
  if (!first_ || first_->epoch != owner.epoch) {
    first_ = owner;
    since_first_.restart();
    announced_ = false;
    return;
  }
  alive_ = owner.heartbeat != first_->heartbeat;
  if (gap_s > lease_s() / kHeartbeatsPerLease) { // whatever held us up may have held up the owner
    since_first_.restart();
  }
}

double LeaseWatch::lease_s() const {
  return static_cast<double>(std::max<std::int64_t>(lease_.count(), first_ ? first_->lease_ms : 0)) / 1000;
}

double LeaseWatch::left_s() const { return lease_s() - since_first_.seconds(); }

bool LeaseWatch::expired() const { return first_ && !alive_ && left_s() <= 0; }

void LeaseWatch::announce(const std::filesystem::path& folder, const OwnerRecord& owner, const Log& log) {
  if (announced_ && since_announced_.seconds() < kAnnounceEvery_s) {
    return;
  }
  announced_ = true;
  since_announced_.restart();
  log.local(LogLevel::info,
            fmt::format("'{}' belongs to {} (since {}): taken over in {:.0f} s unless it gives a sign of life", folder.string(),
                        describe(owner.process), owner.since, std::ceil(std::max(left_s(), 0.0))));
}

} // namespace radforge
