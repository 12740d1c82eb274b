#pragma once

#include "hdf5.hpp"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <vector>

namespace radforge {

/// An HDF5 file that is made in memory, and whose bytes depend on what is written alone: fixed format version, no times. In
/// memory, because HDF5 1.10 hides some writes that failed on a full disk, and crashes at exit after others. Made, used and
/// destroyed under an Hdf5Lock.
class Hdf5MemoryFile {
 public:
  /// `path` stands in messages. Errors: IoError.
  explicit Hdf5MemoryFile(const std::filesystem::path& path);

  hid_t id() const { return file_.id(); }
  /// Ends the file, whose datasets are closed, and gives its bytes. Errors: IoError.
  std::vector<std::byte> close();

 private:
  std::filesystem::path path_;
  std::unique_ptr<std::vector<std::byte>> bytes_; ///< outlives the file, which writes into it
  Hdf5File file_;
};

} // namespace radforge
