#include "radforge/core/failure.hpp"

#include "radforge/core/file_descriptor.hpp"

#include <exception>
#include <filesystem>

namespace radforge {

Failure current_failure() {
  try {
    throw;
  } catch (const Error& error) {
    return {error.code(), error.what(), error.agreed()};
  } catch (const std::filesystem::filesystem_error& error) {
    return {ExitCode::io, io_error_text("use", error.path1(), error.code().value())};
  } catch (const std::exception& error) {
    return {ExitCode::internal, error.what()};
  } catch (...) {
    return {ExitCode::internal, "an exception of unknown type"};
  }
}

} // namespace radforge
