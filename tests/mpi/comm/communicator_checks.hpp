#pragma once

#include "communicator_under_test.hpp"

namespace radforge {

/// What every communicator promises, for host memory and for device memory where it takes that. Collective.
void check_reductions(CommunicatorUnderTest& subject);
void check_large_message(CommunicatorUnderTest& subject);
void check_works(CommunicatorUnderTest& subject);
void check_works_at_a_time(CommunicatorUnderTest& subject);
void check_same_bits(CommunicatorUnderTest& subject);
void check_bf16(CommunicatorUnderTest& subject);
void check_broadcast(CommunicatorUnderTest& subject);
void check_all_gather(CommunicatorUnderTest& subject);
void check_reduce_scatter(CommunicatorUnderTest& subject);
void check_split(CommunicatorUnderTest& subject);

} // namespace radforge
