#pragma once

#include <hdf5.h>

#include <cstddef>
#include <filesystem>
#include <mutex>
#include <string>
#include <utility>

namespace radforge {

/// Held around every call of the HDF5 library, the closing of handles included. The library's state (open files, identifiers, the
/// error stack) is process-wide, and it is thread-safe in some builds only, so its lock cannot belong to any one object.
class Hdf5Lock {
 public:
  Hdf5Lock();

 private:
  std::unique_lock<std::mutex> lock_;
};

/// An HDF5 identifier that is closed at the end. The holder sees to it that the end comes under an Hdf5Lock.
template <herr_t (*close_function)(hid_t)>
class Hdf5Handle {
 public:
  Hdf5Handle() = default;
  explicit Hdf5Handle(hid_t id) : id_(id) {}
  ~Hdf5Handle() { close(); }
  Hdf5Handle(Hdf5Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)) {}
  Hdf5Handle& operator=(Hdf5Handle&& other) noexcept {
    std::swap(id_, other.id_);
    return *this;
  }

  hid_t id() const { return id_; }
  /// Closes now; negative if the library reports a failure.
  herr_t close() { return id_ < 0 ? 0 : close_function(std::exchange(id_, H5I_INVALID_HID)); }

 private:
  hid_t id_ = H5I_INVALID_HID;
};

using Hdf5File = Hdf5Handle<H5Fclose>;
using Hdf5Dataset = Hdf5Handle<H5Dclose>;
using Hdf5Space = Hdf5Handle<H5Sclose>;
using Hdf5Type = Hdf5Handle<H5Tclose>;
using Hdf5Properties = Hdf5Handle<H5Pclose>;
using Hdf5Attribute = Hdf5Handle<H5Aclose>;

/// Why the last call failed: the operating system's reason if there is one, else HDF5's innermost.
std::string hdf5_reason();

/// Passes the result of an HDF5 call on; throws when it is negative: "<path>: cannot <what> (<reason>); <advice>".
template <class ErrorType, class Result>
Result check_hdf5(Result result, const char* what, const std::filesystem::path& path, const char* advice) {
  if (result < 0) {
    throw ErrorType("{}: cannot {} ({}); {}", path.string(), what, hdf5_reason(), advice);
  }
  return result;
}

/// How all files are opened: one format version, and no locks.
Hdf5Properties hdf5_access_properties();

/// Opens for reading. Errors: IoError (missing, unreadable, not a file, too many open files), DataError (not HDF5, truncated).
Hdf5File open_hdf5_file(const std::filesystem::path& path);

/// Dataset creation properties without times.
Hdf5Properties dataset_properties();

/// UTF-8 text of `width` bytes, padded with zeros.
Hdf5Type text_type(std::size_t width);

} // namespace radforge
