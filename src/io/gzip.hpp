#pragma once

#include <string>
#include <string_view>

namespace radforge {

bool is_gzip(std::string_view bytes);

/// What is in a gzip file of one or more members. `name` is the file in messages. Errors: DataError (damaged, cut off, more than
/// 8 GiB).
std::string gunzip(std::string_view bytes, const std::string& name);

} // namespace radforge
