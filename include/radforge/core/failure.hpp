#pragma once

#include "radforge/core/error.hpp"

#include <string>

namespace radforge {

/// What an exception means to people and to scripts.
struct Failure {
  ExitCode code = ExitCode::internal;
  std::string text;
  bool agreed = false; ///< all ranks threw it
};

/// The exception that is being handled; called in a catch block. A std::filesystem::filesystem_error is an I/O error, any other
/// exception that is no Error an internal one.
Failure current_failure();

} // namespace radforge
