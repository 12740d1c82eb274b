#include "hdf5.hpp"

#include "radforge/core/error.hpp"

#include "regular_file.hpp"

#include <string_view>

namespace radforge {
namespace {

std::mutex& hdf5_mutex() {
  static std::mutex mutex;
  return mutex;
}

herr_t keep_innermost(unsigned depth, const H5E_error2_t* error, void* out) {
  if (depth == 0 && error->desc != nullptr) {
    *static_cast<std::string*>(out) = error->desc;
  }
  return 0;
}

} // namespace

Hdf5Lock::Hdf5Lock() : lock_(hdf5_mutex()) {
  // Failures are thrown with their reason; the library itself would print them.
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

std::string hdf5_reason() {
  std::string reason;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_innermost, &reason);
  constexpr std::string_view mark = "error message = '";
  if (const std::size_t begin = reason.find(mark); begin != std::string::npos) {
    const std::size_t from = begin + mark.size();
    return reason.substr(from, reason.find('\'', from) - from);
  }
  return reason.empty() ? "no reason given by HDF5" : reason;
}

Hdf5Properties hdf5_access_properties() {
  Hdf5Properties properties(H5Pcreate(H5P_FILE_ACCESS));
  // All metadata of this format has checksums. Without them HDF5 1.10 was seen to crash on damaged files.
  H5Pset_libver_bounds(properties.id(), H5F_LIBVER_V110, H5F_LIBVER_V110);
  // A published shard does not change, and parallel file systems often lack locks.
  H5Pset_file_locking(properties.id(), false, true);
  return properties;
}

Hdf5File open_hdf5_file(const std::filesystem::path& path) {
  require_readable(path, 0, 1); // HDF5 would call it no HDF5 file
  const Hdf5Properties access_list = hdf5_access_properties();
  return Hdf5File(check_hdf5<DataError>(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access_list.id()), "open it as HDF5", path,
                                        "it is damaged, truncated or no HDF5 file; make it again"));
}

Hdf5Properties dataset_properties() {
  Hdf5Properties properties(H5Pcreate(H5P_DATASET_CREATE));
  H5Pset_obj_track_times(properties.id(), false);
  return properties;
}

Hdf5Type text_type(std::size_t width) {
  Hdf5Type type(H5Tcopy(H5T_C_S1));
  H5Tset_size(type.id(), width);
  H5Tset_cset(type.id(), H5T_CSET_UTF8);
  H5Tset_strpad(type.id(), H5T_STR_NULLPAD);
  return type;
}

} // namespace radforge
