#pragma once

#include "radforge/comm/agreement.hpp"
#include "temp_folder.hpp"

#include <filesystem>
#include <optional>

namespace radforge {

/// One temporary folder for all ranks of an MPI test: rank 0 makes it, and removes it when all ranks have come to the end.
class SharedFolder {
 public:
  explicit SharedFolder(Communicator& communicator) : communicator_(communicator) {
    if (communicator.rank() == 0) {
      own_.emplace();
    }
    path_ = broadcast(communicator, own_ ? own_->path().string() : std::string());
  }
  ~SharedFolder() { communicator_.barrier(); }
  SharedFolder(const SharedFolder&) = delete;
  SharedFolder& operator=(const SharedFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  Communicator& communicator_;
  std::optional<TempFolder> own_;
  std::filesystem::path path_;
};

} // namespace radforge
