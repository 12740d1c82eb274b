#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace radforge {

/// The shared libraries that this process has loaded: file name, behind all links, and bytes. A site's updates change the one or
/// the other.
std::map<std::string, std::int64_t> shared_libraries();

/// A digest of this program's own file; empty if it cannot be read.
std::string program_digest();

} // namespace radforge
