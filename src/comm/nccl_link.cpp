#include "nccl_link.hpp"

#include "blocked_signals.hpp"
#include "radforge/core/clock.hpp"
#include "radforge/core/error.hpp"
#include "world_end.hpp"

#include <chrono>
#include <thread>
#include <utility>

namespace radforge {

namespace {

/// For calls of NCCL that may hang with a broken network.
constexpr std::chrono::seconds kMostEnding{5};
/// Looks before the core is given away for longer: all but the first collectives are handed over at once.
constexpr int kSpins = 100;
constexpr std::chrono::microseconds kNap{200};

} // namespace

NcclLink::NcclLink(std::shared_ptr<NcclLibrary> library, const NcclId& id, int rank, int num_ranks)
    : library_(std::move(library)) {
  const BlockedSignals blocked(BlockedSignals::all());
  communicator_ = library_->init(id, rank, num_ranks);
}

NcclLink::~NcclLink() { end(&NcclLibrary::abort); }

bool NcclLink::is_ready() {
  const std::lock_guard lock(mutex_);
  check();
  const BlockedSignals blocked(BlockedSignals::all());
  return library_->state(communicator_) == NcclState::ready;
}

bool NcclLink::wait_until_ready(double limit_s) {
  const Stopwatch waiting;
  for (int looks = 0; !is_ready(); ++looks) {
    if (limit_s > 0 && waiting.seconds() > limit_s) {
      return false;
    }
    if (looks < kSpins) {
      std::this_thread::yield();
    } else {
      std::this_thread::sleep_for(kNap);
    }
  }
  return true;
}

bool NcclLink::call(const Call& call, double limit_s) {
  check(); // does not wait for an abort under way
  {
    const std::lock_guard lock(mutex_);
    check();
    const BlockedSignals blocked(BlockedSignals::all());
    call(*library_, communicator_);
  }
  return wait_until_ready(limit_s);
}

void NcclLink::check() const {
  const std::lock_guard lock(failure_mutex_);
  if (failure_) {
    throw CommunicationError(*failure_);
  }
}

void NcclLink::fail(const std::string& why) {
  {
    const std::lock_guard lock(failure_mutex_);
    if (!failure_) {
      failure_ = why;
    }
  }
  end(&NcclLibrary::abort);
}

void NcclLink::end(void (NcclLibrary::*how)(void*)) {
  const std::lock_guard lock(mutex_);
  if (void* const communicator = std::exchange(communicator_, nullptr); communicator != nullptr) {
    const BlockedSignals blocked(BlockedSignals::all());
    run_bounded([library = library_, how, communicator] { (library.get()->*how)(communicator); }, kMostEnding);
  }
}

bool NcclLink::finalize(double limit_s) {
  try {
    return call([](NcclLibrary& library, void* communicator) { library.finalize(communicator); }, limit_s);
  } catch (const CommunicationError&) {
    return false;
  }
}

void NcclLink::close(double limit_s) { end(finalize(limit_s) ? &NcclLibrary::destroy : &NcclLibrary::abort); }

} // namespace radforge
