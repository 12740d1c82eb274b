#pragma once

#include <optional>
#include <string>

namespace radforge {

/// What gnuplot writes to its standard output when it reads `script`, which passes no shell and no file with a name; the user's
/// settings of gnuplot are not read. Nothing where it is not installed. Errors: IoError (it ended with an error, or would not
/// start).
std::optional<std::string> run_gnuplot(const std::string& script);

} // namespace radforge
