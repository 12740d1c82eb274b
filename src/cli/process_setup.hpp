#pragma once

namespace radforge {

/// Gives this rank its share of the node's cores for tensor operations, unless OMP_NUM_THREADS says how many.
void set_threads_of_rank();

} // namespace radforge
