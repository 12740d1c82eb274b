#include "radforge/core/sha256.hpp"

#include "radforge/core/error.hpp"
#include "radforge/core/file_descriptor.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <iterator>
#include <memory>
#include <vector>

namespace radforge {

namespace {

/// One computation in pieces.
class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new()) {
    require(context_ && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1, "OpenSSL has SHA-256");
  }

  void update(std::span<const std::byte> bytes) {
    require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1, "OpenSSL takes bytes");
  }

  std::string hex() {
    std::array<unsigned char, 32> hash{};
    require(EVP_DigestFinal_ex(context_.get(), hash.data(), nullptr) == 1, "OpenSSL gives the digest");
    std::string text;
    for (const unsigned char byte : hash) {
      fmt::format_to(std::back_inserter(text), "{:02x}", byte);
    }
    return text;
  }

 private:
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context_;
};

} // namespace

std::string sha256(std::span<const std::byte> bytes) {
  Sha256 computation;
  computation.update(bytes);
  return computation.hex();
}

std::string sha256_of_file(const std::filesystem::path& path) {
  FileDescriptor file(path, O_RDONLY);
  Sha256 computation;
  std::vector<std::byte> buffer(std::size_t{1} << 20);
  while (const std::size_t count = file.read(buffer)) {
    computation.update(std::span(buffer).first(count));
  }
  return computation.hex();
}

} // namespace radforge
