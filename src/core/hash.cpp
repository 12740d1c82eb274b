#include "radforge/core/hash.hpp"

#include "radforge/core/file_descriptor.hpp"

#include <fcntl.h>
#if defined(__x86_64__)
#include <xxh_x86dispatch.h> // packages are built for SSE2: with AVX2 the same digests come at more than twice the rate
#else
#include <xxhash.h>
#endif

#include <array>
#include <string_view>
#include <vector>

namespace radforge {
namespace {

/// Reading into memory that does not begin at a page costs up to half the rate.
struct alignas(4096) Page {
  std::array<std::byte, 4096> bytes;
};

std::string hex_of(XXH128_hash_t hash) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, hash);
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * sizeof canonical.digest);
  for (const unsigned char byte : canonical.digest) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

} // namespace

std::string digest(std::span<const std::byte> bytes) { return hex_of(XXH3_128bits(bytes.data(), bytes.size())); }
std::string digest(std::string_view bytes) { return digest(std::as_bytes(std::span(bytes))); }

std::uint64_t hash64(std::string_view text, std::uint64_t seed) { return XXH3_64bits_withSeed(text.data(), text.size(), seed); }

struct Digest::State {
  struct Free {
    void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
  };
  std::unique_ptr<XXH3_state_t, Free> xxh{XXH3_createState()};
};

Digest::Digest() : state_(std::make_unique<State>()) { XXH3_128bits_reset(state_->xxh.get()); }
Digest::~Digest() = default;
Digest::Digest(Digest&&) noexcept = default;
Digest& Digest::operator=(Digest&&) noexcept = default;

void Digest::update(std::span<const std::byte> bytes) { XXH3_128bits_update(state_->xxh.get(), bytes.data(), bytes.size()); }
std::string Digest::hex() const { return hex_of(XXH3_128bits_digest(state_->xxh.get())); }

std::string digest_file(const std::filesystem::path& path) {
  FileDescriptor file(path, O_RDONLY);
  Digest digest;
  std::vector<Page> pages(256);
  const std::span<std::byte> buffer = std::as_writable_bytes(std::span(pages));
  while (const std::size_t count = file.read(buffer)) {
    digest.update(buffer.first(count));
  }
  return digest.hex();
}

} // namespace radforge
