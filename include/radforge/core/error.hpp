#pragma once

#include <fmt/core.h>

#include <source_location>
#include <stdexcept>
#include <string>
#include <utility>

namespace radforge {

/// Process exit codes, the contract that batch scripts branch on (docs/architecture.md).
enum class ExitCode : int {
  ok = 0,
  usage = 2,         ///< usage or configuration
  data = 3,          ///< input data
  io = 4,            ///< input/output, a full disk included
  communication = 5, ///< communication or device
  divergence = 6,    ///< numeric divergence
  internal = 70,
  owned = 73,       ///< output folder owned by another run
  stopped = 75,     ///< stopped on request, resumable
  unhealthy = 78,   ///< unhealthy node
  chain_ended = 79, ///< three starts without progress
};

/// An error with its exit code. Grammar of messages: *problem (why) what to do*.
class Error : public std::runtime_error {
 public:
  Error(ExitCode code, const std::string& message) : std::runtime_error(message), code_(code) {}

  ExitCode code() const noexcept { return code_; }

  /// True when every rank threw this error (see comm/agreement.hpp): the world can end in order, without an abort.
  bool agreed() const noexcept { return agreed_; }
  Error& set_agreed() noexcept {
    agreed_ = true;
    return *this;
  }

 private:
  ExitCode code_;
  bool agreed_ = false;
};

/// One type an exit code, so that a caller catches what it can handle: `catch (const DataError&)`.
template <ExitCode code_value>
class TypedError : public Error {
 public:
  explicit TypedError(const std::string& message) : Error(code_value, message) {}
  template <class First, class... Rest>
  TypedError(fmt::format_string<First, Rest...> format, First&& first, Rest&&... rest)
      : Error(code_value, fmt::format(format, std::forward<First>(first), std::forward<Rest>(rest)...)) {}
};

using ConfigError = TypedError<ExitCode::usage>;
using DataError = TypedError<ExitCode::data>;
using IoError = TypedError<ExitCode::io>;
using CommunicationError = TypedError<ExitCode::communication>;
using DivergenceError = TypedError<ExitCode::divergence>;
using InternalError = TypedError<ExitCode::internal>;
using OwnedError = TypedError<ExitCode::owned>;
using StoppedError = TypedError<ExitCode::stopped>;

/// The error marked agreed(), its type kept: `throw as_agreed(StoppedError("..."))` where all ranks take the same decision.
template <class TypedErrorClass>
TypedErrorClass as_agreed(TypedErrorClass error) {
  error.set_agreed();
  return error;
}

/// Throws InternalError with the caller's place unless `condition` holds: for a programmer's error, never for input.
void require(bool condition, const char* what, std::source_location where = std::source_location::current());

} // namespace radforge
