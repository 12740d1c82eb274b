#pragma once

#include "owner_record.hpp"
#include "radforge/core/clock.hpp"
#include "radforge/core/log.hpp"

#include <chrono>
#include <filesystem>
#include <optional>

namespace radforge {

/// Watches the heartbeat of an owner on another machine. Clocks of two machines are never compared: what counts is whether the
/// heartbeat changed while we looked, by our monotonic clock. A gap in our looking of more than a quarter of the lease is no
/// evidence of silence: the lease counts anew.
class LeaseWatch {
 public:
  explicit LeaseWatch(std::chrono::milliseconds lease) : lease_(lease) {}

  void look_at(const OwnerRecord& owner);
  /// The heartbeat changed.
  bool alive() const { return alive_; }
  /// It did not for the longer of the owner's lease and ours.
  bool expired() const;
  /// Says that and how long we wait, now and then.
  void announce(const std::filesystem::path& folder, const OwnerRecord& owner, const Log& log);

 private:
  double lease_s() const;
  double left_s() const;

  std::chrono::milliseconds lease_;
  std::optional<OwnerRecord> first_;
  Stopwatch since_first_;
  Stopwatch since_look_;
  Stopwatch since_announced_;
  bool announced_ = false;
  bool alive_ = false;
};

} // namespace radforge
