#include "radforge/models/scripted_module.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"
#include "radforge/core/sha256.hpp"

#include "golden.hpp"
#include "temp_folder.hpp"

using namespace radforge;
using Catch::Contains;

namespace {

const std::filesystem::path folder = std::filesystem::path(RADFORGE_GOLDEN_DIR) / "models/scripted";

/// The digest of a file as the script that made it published it.
std::string published_digest(const std::string& name) {
  const std::string sums = read_file(folder / "SHA256SUMS");
  const std::size_t end = sums.find("  " + name);
  REQUIRE(end != std::string::npos);
  return sums.substr(end - 64, 64);
}

ScriptedModule load(const std::string& name) { return ScriptedModule(folder / name, published_digest(name)); }

} // namespace

TEST_CASE("a TorchScript module gives its output in evaluation and without gradients") {
  const StateDict golden = read_golden("models/scripted");
  const at::Tensor output = load("halves.pt").forward(golden.at("image"));
  CHECK(relative_difference(output, golden.at("output")) < 1e-6);
  CHECK_FALSE(output.requires_grad());
}

TEST_CASE("digests of TorchScript files may be written in capitals") {
  std::string digest = published_digest("halves.pt");
  std::transform(digest.begin(), digest.end(), digest.begin(), [](unsigned char c) { return std::toupper(c); });
  CHECK_NOTHROW(ScriptedModule(folder / "halves.pt", digest));
}

TEST_CASE("a TorchScript file with another digest is refused before it is parsed") {
  const std::string found = published_digest("halves.pt");
  CHECK_THROWS_WITH(ScriptedModule(folder / "halves.pt", std::string(64, '0')),
                    Contains("halves.pt has SHA-256 " + found) && Contains("expected '" + std::string(64, '0') + "'"));
  CHECK_THROWS_AS(ScriptedModule(folder / "halves.pt", ""), DataError);
  // Parsing this would be another error.
  const TempFolder temporary;
  write_file_atomically(temporary / "garbage.pt", "no module");
  CHECK_THROWS_WITH(ScriptedModule(temporary / "garbage.pt", found), Contains("has SHA-256"));
  CHECK_THROWS_AS(ScriptedModule(temporary / "absent.pt", found), IoError);
}

TEST_CASE("a corrupt TorchScript file is a DataError that names it") {
  const TempFolder temporary;
  const std::string whole = read_file(folder / "halves.pt");
  const std::string bytes = GENERATE_COPY(whole.substr(0, whole.size() / 2), std::string("no module"), std::string());
  write_file_atomically(temporary / "corrupt.pt", bytes);
  CHECK_THROWS_WITH(ScriptedModule(temporary / "corrupt.pt", sha256(std::as_bytes(std::span(bytes)))),
                    Contains("corrupt.pt is not a TorchScript module"));
}

TEST_CASE("a TorchScript module without forward is refused") {
  CHECK_THROWS_WITH(load("no_forward.pt"), Contains("without a method `forward`"));
}

TEST_CASE("a TorchScript module that throws or returns no tensor is a DataError that names it") {
  const at::Tensor image = read_golden("models/scripted").at("image");
  CHECK_THROWS_WITH(load("halves.pt").forward(image.narrow(2, 0, 5)),
                    Contains("halves.pt failed on an input of shape [2, 1, 5, 5]") && Contains("the height is odd"));
  CHECK_THROWS_AS(load("halves.pt").forward(image.narrow(1, 0, 0)), DataError);
  CHECK_THROWS_WITH(load("pair.pt").forward(image), Contains("pair.pt returned a Tuple"));
}
