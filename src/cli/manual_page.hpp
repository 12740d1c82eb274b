#pragma once

#include <string>

namespace radforge {

/// Of section 1, in the man macros of roff: every command and option, from the same tables as the help.
std::string manual_page();

} // namespace radforge
