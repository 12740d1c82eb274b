#pragma once

#include <string>

namespace radforge {

/// "45 s", "3 min 20 s", "2 h 05 min", "3 d 04 h": two places are enough to decide whether to wait.
std::string duration_text(double seconds);

/// A number of things in a second with three significant digits: "0.0512", "35.1", "1240".
std::string rate_text(double rate);

/// "[#####---------]", `width` characters between the brackets. `fraction` is taken into [0, 1].
std::string bar_text(double fraction, int width);

} // namespace radforge
