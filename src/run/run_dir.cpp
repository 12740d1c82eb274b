#include "radforge/run/run_dir.hpp"

#include "folder_owner.hpp"
#include "radforge/comm/agreement.hpp"
#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"

#include <system_error>
#include <utility>

namespace radforge {

namespace fs = std::filesystem;

namespace {

void make_folder(const fs::path& path) {
  std::error_code problem;
  fs::create_directories(path, problem);
  if (problem) {
    throw IoError("cannot make the output folder '{}' ({}): choose another by --output", path.string(), problem.message());
  }
}

} // namespace

RunDir::RunDir(fs::path path, Communicator& communicator, const Log& log, RunDirOptions options)
    : path_(std::move(path)), communicator_(communicator) {
  require(options.lease.count() > 0, "a lease is a positive time");
  agree(communicator, [&] {
    if (communicator.rank() == 0) {
      make_folder(path_);
      owner_ = std::make_unique<FolderOwner>(path_, options.lease, take_ownership(path_, options, log));
      epoch_ = owner_->epoch();
    }
  });
  communicator.broadcast({&epoch_, 1, DType::i64, Place::host}, 0);
  agree(communicator, [&] {
    std::error_code ignored;
    if (!fs::exists(owner_file(path_, epoch_), ignored)) {
      throw IoError(
          "the output folder '{}' of rank 0 is not seen here (it is on a disk of rank 0's machine): choose a shared file system "
          "by --output",
          path_.string());
    }
  });
}

RunDir::~RunDir() = default;

void RunDir::check_ownership() const { require_ownership(path_, epoch_); }

void RunDir::write_config(std::string_view resolved) const {
  agree(communicator_, [&] {
    if (communicator_.rank() == 0) {
      check_ownership();
      write_file_atomically(path_ / "config.yaml", resolved);
    }
  });
}

} // namespace radforge
