#include "hdf5_memory.hpp"

#include "radforge/core/error.hpp"

#include <cstdint>
#include <cstring>
#include <new>

namespace radforge {
namespace {

constexpr const char* advice = "give the process more memory, or make smaller shards";

using Bytes = std::vector<std::byte>;

// The library's core driver keeps one block of memory for a file, and asks these functions for it. All go to one vector, which is
// still there when the file is closed: unlike H5Fget_file_image, which leaves a wrong checksum in the superblock, and takes the
// memory twice.

void* grow(void*, std::size_t size, H5FD_file_image_op_t, void* bytes) {
  try {
    static_cast<Bytes*>(bytes)->resize(size); // new bytes are zero, so that gaps are the same each time
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
  return static_cast<Bytes*>(bytes)->data();
}

void* begin(std::size_t size, H5FD_file_image_op_t operation, void* bytes) { return grow(nullptr, size, operation, bytes); }

void* copy(void* to, const void* from, std::size_t size, H5FD_file_image_op_t, void*) { return std::memcpy(to, from, size); }

herr_t keep(void*, H5FD_file_image_op_t, void*) { return 0; }

void* share(void* bytes) { return bytes; }

herr_t release(void*) { return 0; }

/// Address of the end of the file in superblocks of version 2 and 3 (HDF5 file format specification, II.A).
constexpr std::size_t end_of_file_offset = 28;

} // namespace

Hdf5MemoryFile::Hdf5MemoryFile(const std::filesystem::path& path) : path_(path), bytes_(std::make_unique<Bytes>()) {
  constexpr std::size_t growth_bytes = 1 << 16;
  const Hdf5Properties access = hdf5_access_properties();
  H5FD_file_image_callbacks_t callbacks{begin, copy, grow, keep, share, release, bytes_.get()};
  check_hdf5<InternalError>(H5Pset_fapl_core(access.id(), growth_bytes, false), "keep the file in memory", path_, "report it");
  check_hdf5<InternalError>(H5Pset_file_image_callbacks(access.id(), &callbacks), "keep the file in memory", path_, "report it");
  const Hdf5Properties creation(H5Pcreate(H5P_FILE_CREATE));
  H5Pset_obj_track_times(creation.id(), false);
  file_ = Hdf5File(check_hdf5<IoError>(H5Fcreate(path_.c_str(), H5F_ACC_TRUNC, creation.id(), access.id()),
                                       "begin the file in memory", path_, advice));
}

std::vector<std::byte> Hdf5MemoryFile::close() {
  check_hdf5<IoError>(file_.close(), "finish the file in memory", path_, advice);
  std::uint64_t size = 0;
  require(bytes_->size() >= end_of_file_offset + sizeof size, "a file in memory has a superblock");
  std::memcpy(&size, bytes_->data() + end_of_file_offset, sizeof size);
  require(size <= bytes_->size(), "a file in memory has all its bytes");
  bytes_->resize(size);
  return std::move(*bytes_);
}

} // namespace radforge
