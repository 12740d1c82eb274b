#include "partial_file.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"
#include "radforge/core/hash.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace radforge {

PartialFile::PartialFile(const std::filesystem::path& path)
    : final_path_(path), path_(path.string() + ".partial"),
      descriptor_(open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)) {
  if (descriptor_ < 0) {
    fail("create");
  }
}

PartialFile::~PartialFile() {
  if (descriptor_ >= 0) {
    close(descriptor_);
  }
  // After publishing there is no file of this name.
  unlink(path_.c_str());
}

void PartialFile::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t done = ::write(descriptor_, bytes.data(), bytes.size());
    if (done < 0 && errno == EINTR) {
      continue;
    }
    if (done <= 0) {
      fail("write");
    }
    bytes = bytes.subspan(static_cast<std::size_t>(done));
  }
}

void PartialFile::publish(const std::string& expected_digest) {
  close_descriptor();
  if (digest_file(path_) != expected_digest) {
    throw IoError("{}: what was written is not what is read back (a failing or full disk); check the file system and run again",
                  path_.string());
  }
  publish_file(path_, final_path_);
}

void PartialFile::publish() {
  close_descriptor();
  publish_file(path_, final_path_);
}

void PartialFile::close_descriptor() {
  // Network file systems and quotas report some failed writes only here.
  if (close(std::exchange(descriptor_, -1)) != 0) {
    fail("close");
  }
}

void PartialFile::fail(const char* what) const {
  throw IoError("{}: cannot {} the file ({}); check the folder, its permissions and the free space", path_.string(), what,
                std::strerror(errno));
}

} // namespace radforge
