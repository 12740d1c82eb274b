#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace radforge {

/// XXH3-128 of bytes as 32 lower-case hex digits (canonical, big-endian form: what `xxhsum -H128` prints).
std::string digest(std::span<const std::byte> bytes);
std::string digest(std::string_view bytes);

/// XXH3-64 of a name, for random keys and splits.
std::uint64_t hash64(std::string_view text, std::uint64_t seed = 0);

/// Digest over data that comes in pieces.
class Digest {
 public:
  Digest();
  ~Digest();
  Digest(Digest&&) noexcept;
  Digest& operator=(Digest&&) noexcept;
  void update(std::span<const std::byte> bytes);
  std::string hex() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Digest of a file's bytes. Errors: IoError.
std::string digest_file(const std::filesystem::path& path);

} // namespace radforge
