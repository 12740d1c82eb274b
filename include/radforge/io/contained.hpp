#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace radforge {

/// The text that `look` returns, made in a child process: HDF5 1.10 was seen to divide by zero on a single flipped byte, and
/// whoever looks into a file that is known to be damaged must outlive that. A child that dies, or does not end within a minute
/// and what `num_bytes` take at 5 MB/s, gives a text that says so. Errors: IoError (no process can be made). `look` must not wait
/// for other threads.
std::string run_contained(const std::function<std::string()>& look, std::uintmax_t num_bytes = 0);

} // namespace radforge
