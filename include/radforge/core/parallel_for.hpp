#pragma once

#include <cstddef>
#include <functional>

namespace radforge {

/// Calls `work(worker, item)` once for each item of [0, num_items) on `num_workers` >= 1 threads, the caller's among them;
/// `worker` is from [0, num_workers). Items are taken in order, by whoever is free. The first exception of the lowest item is
/// thrown when all threads have ended; no new items are begun after one.
void parallel_for(std::size_t num_items, int num_workers, const std::function<void(int worker, std::size_t item)>& work);

} // namespace radforge
