#pragma once

#include "rank_report.hpp"

#include "radforge/comm/communicator.hpp"

#include <filesystem>
#include <optional>
#include <vector>

namespace radforge {

/// A folder for each node to try things in, below the folder that work would write to: `.doctor-<unique>-<node>`. Their names
/// mean nothing to runs, and two doctors of one folder do not meet. At the end each node removes its own, and what it had to make
/// to get there; those of doctors that were killed more than an hour ago go at the start.
class ScratchFolder {
 public:
  /// Collective, for a name that all know; makes nothing yet.
  ScratchFolder(Communicator& world, const std::vector<Node>& nodes, std::filesystem::path folder);
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  /// Makes this node's. Errors: IoError.
  void make();

  /// The node that this rank acts for, as its first one; none for other ranks.
  std::optional<std::size_t> node() const { return node_; }
  const std::filesystem::path& above() const { return folder_; }
  std::filesystem::path of(std::size_t node) const;
  /// The nodes whose scratch folders are seen here. Errors: std::filesystem::filesystem_error.
  std::vector<bool> seen() const;

 private:
  void remove_old() const;

  std::filesystem::path folder_;
  std::size_t num_nodes_;
  std::optional<std::size_t> node_;
  std::string name_;
  std::vector<std::filesystem::path> missing_; ///< before, the innermost first
};

} // namespace radforge
