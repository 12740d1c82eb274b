#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"
#include "radforge/models/clip_tokenizer.hpp"
#include "temp_folder.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <sstream>

using namespace radforge;
namespace fs = std::filesystem;

namespace {

const fs::path golden = fs::path(RADFORGE_GOLDEN_DIR) / "models" / "tokenizer";

std::vector<std::string> training_texts() {
  std::istringstream lines(read_file(golden / "training_texts.txt"));
  std::vector<std::string> texts;
  for (std::string line; std::getline(lines, line);)
    texts.push_back(line);
  return texts;
}

} // namespace

TEST_CASE("training gives the files of an independent implementation, byte for byte", "[clip_tokenizer]") {
  TempFolder temporary;
  const fs::path folder = temporary.path() / "new" / "tokenizer";
  train_clip_tokenizer(training_texts(), 400, 16, folder);
  CHECK(read_file(folder / "merges.txt") == read_file(golden / "small" / "merges.txt"));
  CHECK(read_file(folder / "vocab.json") == read_file(golden / "small" / "vocab.json"));
  CHECK(read_file(folder / "special_tokens_map.json") == read_file(golden / "plain" / "special_tokens_map.json"));
  CHECK(read_file(folder / "tokenizer_config.json") == read_file(golden / "plain" / "tokenizer_config.json"));
}

TEST_CASE("training does not depend on the order of the texts", "[clip_tokenizer]") {
  TempFolder temporary;
  auto texts = training_texts();
  std::reverse(texts.begin(), texts.end());
  train_clip_tokenizer(texts, 400, 16, temporary.path());
  CHECK(read_file(temporary.path() / "merges.txt") == read_file(golden / "small" / "merges.txt"));
}

TEST_CASE("merges: frequency, ties by text, counting of words", "[clip_tokenizer]") {
  TempFolder temporary;
  auto merges_of = [&](const std::vector<std::string>& texts, std::int64_t num_merges) {
    train_clip_tokenizer(texts, num_merges, 8, temporary.path());
    return read_file(temporary.path() / "merges.txt");
  };
  CHECK(merges_of({"ab ab ab cd"}, 1) == "#version: 0.2\na b</w>\n");
  CHECK(merges_of({"zx ax"}, 2) == "#version: 0.2\na x</w>\nz x</w>\n");
  CHECK(merges_of({"aaaa", "AAAA!"}, 2) == "#version: 0.2\na a\na a</w>\n");
  CHECK(merges_of({"ab"}, 100) == "#version: 0.2\na b</w>\n");
  CHECK(merges_of({"", "   ", "7"}, 5) == "#version: 0.2\n");
  CHECK(merges_of({}, 0) == "#version: 0.2\n");
}

TEST_CASE("a tokenizer without merges has every byte", "[clip_tokenizer]") {
  TempFolder temporary;
  train_clip_tokenizer({}, 0, 6, temporary.path());
  const ClipTokenizer tokenizer(temporary.path());
  CHECK(tokenizer.vocab_size() == 514);
  CHECK(tokenizer.begin_id() == 512);
  CHECK(tokenizer.end_id() == 513);
  CHECK(tokenizer.pad_id() == 513);
  CHECK(tokenizer.max_length() == 6);
  // 'a' is the 65th printable character; U+0001 is the second of the bytes that are moved, which come after 188 printable ones.
  CHECK(tokenizer.tokens("aa\x01") == std::vector<std::int64_t>{64, 64 + 256, 189 + 256});
}

TEST_CASE("training refuses bad input", "[clip_tokenizer]") {
  TempFolder temporary;
  CHECK_THROWS_AS(train_clip_tokenizer({"a"}, -1, 8, temporary.path()), ConfigError);
  CHECK_THROWS_AS(train_clip_tokenizer({"a"}, 1, 1, temporary.path()), ConfigError);
  CHECK_THROWS_WITH(train_clip_tokenizer({"fine", "ab\xff"}, 1, 8, temporary.path()),
                    Catch::Contains("training text 2") && Catch::Contains("byte 2"));
  CHECK_FALSE(fs::exists(temporary.path() / "vocab.json"));
  write_file_atomically(temporary.path() / "file", "");
  CHECK_THROWS_AS(train_clip_tokenizer({"a"}, 1, 8, temporary.path() / "file"), IoError);
}
