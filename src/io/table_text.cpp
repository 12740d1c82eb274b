#include "radforge/io/csv_reader.hpp"

#include "radforge/core/atomic_file.hpp"

#include "gzip.hpp"
#include "xlsx.hpp"

namespace radforge {

std::string read_table_text(const std::filesystem::path& path) {
  std::string bytes = read_file(path);
  if (is_gzip(bytes)) {
    return gunzip(bytes, path.string());
  }
  return is_zip(bytes) ? xlsx_to_csv(path) : bytes;
}

} // namespace radforge
