#pragma once

#include "radforge/io/shard_writer.hpp"

#include <cstddef>
#include <mutex>
#include <optional>
#include <vector>

namespace radforge {

/// Takes rows from many threads in any order and appends them in theirs. No thread waits for another: one that brings a row
/// while another appends leaves it to that one.
class OrderedAppends {
 public:
  OrderedAppends(ShardWriter& writer, std::size_t num_rows) : writer_(writer), waiting_(num_rows) {}

  /// Errors: those of ShardWriter::append, after which nothing is appended any more.
  void add(std::size_t place, PackedRow row);

 private:
  ShardWriter& writer_;
  std::mutex mutex_; ///< of what follows; the writer is used outside it, by the thread that set appending_
  std::vector<std::optional<PackedRow>> waiting_;
  std::size_t next_ = 0;
  bool appending_ = false;
};

} // namespace radforge
