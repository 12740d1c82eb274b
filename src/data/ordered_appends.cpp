#include "ordered_appends.hpp"

#include <utility>

namespace radforge {

void OrderedAppends::add(std::size_t place, PackedRow row) {
  std::unique_lock lock(mutex_);
  waiting_[place] = std::move(row);
  if (appending_) {
    return;
  }
  appending_ = true;
  while (next_ < waiting_.size() && waiting_[next_]) {
    PackedRow next = *std::exchange(waiting_[next_], std::nullopt);
    ++next_;
    lock.unlock();
    writer_.append(std::move(next));
    lock.lock();
  }
  appending_ = false;
}

} // namespace radforge
