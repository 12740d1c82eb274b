#include "lease_watch.hpp"

#include <algorithm>
#include <cmath>

namespace radforge {

namespace {
constexpr double kAnnounceEvery_s = 10;
}

void LeaseWatch::look_at(const OwnerRecord& owner) {
  if (!first_ || first_->epoch != owner.epoch) {
    first_ = owner;
    since_first_.restart();
    announced_ = false;
    return;
  }
  alive_ = owner.heartbeat != first_->heartbeat;
}

double LeaseWatch::left_s() const {
  const auto lease_ms = std::max<std::int64_t>(lease_.count(), first_ ? first_->lease_ms : 0);
  return static_cast<double>(lease_ms) / 1000 - since_first_.seconds();
}

bool LeaseWatch::expired() const { return first_ && !alive_ && left_s() <= 0; }

void LeaseWatch::announce(const std::filesystem::path& folder, const OwnerRecord& owner, const Log& log) {
  if (announced_ && since_announced_.seconds() < kAnnounceEvery_s) {
    return;
  }
  announced_ = true;
  since_announced_.restart();
  log.info("'{}' belongs to {} (since {}): taken over in {:.0f} s unless it gives a sign of life", folder.string(),
           describe(owner.process), owner.since, std::ceil(std::max(left_s(), 0.0)));
}

} // namespace radforge
