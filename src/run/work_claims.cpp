#include "radforge/run/work_claims.hpp"

#include "folder_owner.hpp"
#include "take_ownership.hpp"

#include "radforge/core/error.hpp"

#include <system_error>
#include <utility>

namespace radforge {

namespace fs = std::filesystem;

namespace {

/// A finished claim's folder may go while we look at it.
bool is_there(const fs::path& folder) {
  std::error_code ignored;
  return fs::exists(folder, ignored);
}

} // namespace

WorkClaim::WorkClaim(std::int64_t block, fs::path folder, std::unique_ptr<FolderOwner> owner)
    : block_(block), folder_(std::move(folder)), owner_(std::move(owner)) {}

WorkClaim::~WorkClaim() {
  bool ours = true;
  try {
    check();
  } catch (const std::exception&) { // another has taken it over, or nothing can be told
    ours = false;
  }
  owner_.reset();
  if (ours) {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
}

void WorkClaim::check() const { require_ownership(folder_, owner_->epoch()); }

WorkClaims::WorkClaims(fs::path folder, std::int64_t num_blocks, std::function<bool(std::int64_t)> is_done,
                       WorkClaimsOptions options, const Log& log)
    : folder_(std::move(folder)), is_done_(std::move(is_done)), options_(options), log_(log),
      done_(static_cast<std::size_t>(num_blocks)) {
  require(options.stride >= 1 && options.first >= 0, "an order of blocks");
  std::error_code problem;
  fs::create_directories(folder_, problem);
  if (problem) {
    throw IoError("cannot make '{}' ({}) choose another output folder", folder_.string(), problem.message());
  }
  for (std::int64_t i = 0; i < options.stride; ++i) {
    for (std::int64_t block = (options.first + i) % options.stride; block < num_blocks; block += options.stride) {
      order_.push_back(block);
    }
  }
}

WorkClaims::~WorkClaims() = default;

std::unique_ptr<WorkClaim> WorkClaims::try_next() {
  for (const std::int64_t block : order_) {
    if (look(block)) {
      continue;
    }
    std::unique_ptr<WorkClaim> claim = try_claim(block);
    if (claim && !look(block)) { // it may have been finished in between
      return claim;
    }
  }
  return nullptr;
}

std::int64_t WorkClaims::count_done() {
  for (const std::int64_t block : order_) {
    look(block);
  }
  return num_done_;
}

bool WorkClaims::look(std::int64_t block) {
  const auto number = static_cast<std::size_t>(block);
  if (!done_[number] && is_done_(block)) {
    done_[number] = true;
    ++num_done_;
    watched_.erase(block);
  }
  return done_[number];
}

std::unique_ptr<WorkClaim> WorkClaims::try_claim(std::int64_t block) {
  const fs::path folder = folder_ / fmt::format("{:05}", block);
  try {
    std::error_code problem;
    fs::create_directory(folder, problem);
    if (problem) {
      throw IoError("cannot make '{}' ({}) mend the file system and give the same command again", folder.string(),
                    problem.message());
    }
    std::unique_ptr<OwnershipCandidate>& candidate = watched_[block];
    if (!candidate || candidate->owner_lives()) { // a sign of life: the lease counts anew
      candidate = std::make_unique<OwnershipCandidate>(folder, options_.lease);
    }
    std::optional<Ownership> taken = candidate->try_take(log_);
    if (!taken) {
      return nullptr;
    }
    watched_.erase(block);
    return std::make_unique<WorkClaim>(block, folder, std::make_unique<FolderOwner>(folder, options_.lease, std::move(*taken)));
  } catch (const Error&) {
    watched_.erase(block);
    if (is_there(folder)) {
      throw;
    }
    return nullptr; // its owner has just finished
  }
}

} // namespace radforge
