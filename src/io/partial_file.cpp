#include "partial_file.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"
#include "radforge/core/hash.hpp"

#include <unistd.h>

namespace radforge {

PartialFile::PartialFile(const std::filesystem::path& path)
    : final_path_(path), file_(FileDescriptor::create_unique(path.string() + ".partial")) {}

PartialFile::~PartialFile() {
  // After publishing there is no file of this name.
  unlink(file_.path().c_str());
}

void PartialFile::write(std::span<const std::byte> bytes) { file_.write(bytes); }

void PartialFile::publish(const std::string& expected_digest) {
  // Network file systems and quotas report some failed writes only when the file is closed.
  file_.close();
  if (digest_file(file_.path()) != expected_digest) {
    throw IoError(
        "cannot publish '{}' (what was written is not what is read back: a failing or full disk) check the file system and "
        "run the same command again",
        final_path_.string());
  }
  publish_file(file_.path(), final_path_);
}

void PartialFile::publish() {
  file_.close();
  publish_file(file_.path(), final_path_);
}

} // namespace radforge
