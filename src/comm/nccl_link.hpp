#pragma once

#include "nccl_library.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace radforge {

/// A communicator of NCCL that several threads may use: one is inside NCCL at a time, nobody is during an abort, and there is at
/// most one abort. After the first failure every use throws its text. NCCL's own threads, which start in its calls, get no
/// signals: these belong to the main thread.
class NcclLink {
 public:
  using Call = std::function<void(NcclLibrary& library, void* communicator)>;

  /// Begins the set-up; wait_until_ready() is its end. Errors: NcclLibrary's.
  NcclLink(std::shared_ptr<NcclLibrary> library, const NcclId& id, int rank, int num_ranks);
  /// Aborts what was not closed.
  ~NcclLink();
  NcclLink(const NcclLink&) = delete;
  NcclLink& operator=(const NcclLink&) = delete;

  /// Whether NCCL is done with the last call, and has met no error. Errors: NcclLibrary's; check()'s.
  bool is_ready();
  /// The same within `limit_s` seconds, 0 = no limit.
  bool wait_until_ready(double limit_s);
  /// Makes a call of NCCL and waits until it is done with it; a fail() by another thread ends the waiting. The result and errors
  /// of wait_until_ready().
  bool call(const Call& call, double limit_s = 0);

  /// Errors: CommunicationError with the text of the first fail().
  void check() const;
  /// The first reason stays. Aborts; gives up waiting for NCCL's abort after some seconds, for the process must end.
  void fail(const std::string& why);
  /// Finalizes and destroys; aborts if that fails or takes longer than `limit_s` (0 = no limit). Nothing may be called after it.
  void close(double limit_s);

 private:
  bool finalize(double limit_s);
  /// Lets go of the handle by NCCL's destroy or abort; the first who comes.
  void end(void (NcclLibrary::*how)(void*));

  std::shared_ptr<NcclLibrary> library_;
  std::mutex mutex_; ///< of all calls into NCCL
  void* communicator_;
  mutable std::mutex failure_mutex_; ///< another one, so that a failure is told while NCCL's abort hangs
  std::optional<std::string> failure_;
};

} // namespace radforge
