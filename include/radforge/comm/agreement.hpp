#pragma once

#include "radforge/comm/communicator.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace radforge {

/// Runs `check` on this rank and then agrees: if it threw an Error on any rank, every rank throws that of the lowest failing
/// rank, with "rank r: " before its text when size > 1, marked agreed(). Other exceptions become Errors as core/failure.hpp says.
/// Alone, what `check` throws passes as it is. For whatever can fail on one rank only, before the next collective.
void agree(Communicator& communicator, const std::function<void()>& check);

/// Throws ConfigError on every rank unless all ranks hold the same text; `what` names it ("configuration"). The message names the
/// lowest rank whose text differs from rank 0's, and the first line that does.
void require_equal(Communicator& communicator, std::string_view text, std::string_view what);

/// The root's text on every rank.
std::string broadcast(Communicator& communicator, std::string text, int root = 0);

/// Every rank's text, in rank order, on every rank.
std::vector<std::string> all_gather(Communicator& communicator, std::string_view text);

/// The largest / the sum of the ranks' values.
std::int64_t all_max(Communicator& communicator, std::int64_t value);
std::int64_t all_sum(Communicator& communicator, std::int64_t value);

} // namespace radforge
