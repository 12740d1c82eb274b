#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"
#include "radforge/models/clip_tokenizer.hpp"
#include "temp_folder.hpp"

#include <catch2/catch.hpp>
#include <libdeflate.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <sstream>

using namespace radforge;
namespace fs = std::filesystem;

namespace {

using Json = nlohmann::ordered_json;
using Ids = std::vector<std::int64_t>;

const fs::path golden = fs::path(RADFORGE_GOLDEN_DIR) / "models" / "tokenizer";

void copy_style(const std::string& style, const fs::path& folder) {
  for (const char* file : {"special_tokens_map.json", "tokenizer_config.json"})
    fs::copy_file(golden / style / file, folder / file);
}

/// The text of a row, or what its parts are when repeated and joined.
std::string text_of(const Json& row) {
  if (row.contains("text"))
    return row["text"];
  std::string text;
  for (const Json& part : row["parts"])
    for (int i = 0; i < part[1].get<int>(); ++i)
      text += part[0].get_ref<const std::string&>();
  return text;
}

/// Compares with every row of the file and returns how many there were.
int check_rows(const ClipTokenizer& tokenizer, const std::string& content) {
  std::istringstream lines(content);
  std::string line;
  REQUIRE(std::getline(lines, line));
  const Json special = Json::parse(line);
  CHECK(tokenizer.begin_id() == special["begin"]);
  CHECK(tokenizer.end_id() == special["end"]);
  CHECK(tokenizer.pad_id() == special["pad"]);
  CHECK(tokenizer.vocab_size() == special["vocab"]);
  int num_rows = 0;
  while (std::getline(lines, line)) {
    const Json row = Json::parse(line);
    const std::string text = text_of(row);
    const Ids tokens = row["tokens"];
    INFO(line.substr(0, 300));
    CHECK(tokenizer.tokens(text) == tokens);
    CHECK(tokenizer.is_truncated(text) == (std::ssize(tokens) + 2 > tokenizer.max_length()));
    if (row.contains("encoded"))
      CHECK(tokenizer.encode(text) == row["encoded"].get<Ids>());
    ++num_rows;
  }
  return num_rows;
}

std::string gunzip(const std::string& packed) {
  std::string text(std::size_t{64} << 20, '\0');
  std::size_t size = 0;
  libdeflate_decompressor* decompressor = libdeflate_alloc_decompressor();
  const auto result = libdeflate_gzip_decompress(decompressor, packed.data(), packed.size(), text.data(), text.size(), &size);
  libdeflate_free_decompressor(decompressor);
  REQUIRE(result == LIBDEFLATE_SUCCESS);
  text.resize(size);
  return text;
}

} // namespace

TEST_CASE("ids equal those of the fast CLIPTokenizer, with each way of naming special tokens", "[clip_tokenizer]") {
  for (const std::string style : {"plain", "sd2", "added"}) {
    TempFolder temporary;
    fs::copy_file(golden / "small" / "vocab.json", temporary.path() / "vocab.json");
    fs::copy_file(golden / "small" / "merges.txt", temporary.path() / "merges.txt");
    copy_style(style, temporary.path());
    INFO(style);
    CHECK(check_rows(ClipTokenizer(temporary.path()), read_file(golden / ("small_" + style + ".jsonl"))) == 373);
  }
}

TEST_CASE("a tokenizer in one file as transformers saves it has the same ids") {
  CHECK(check_rows(ClipTokenizer(golden / "saved"), read_file(golden / "small_sd2.jsonl")) == 373);
}

TEST_CASE("a tokenizer in one file that is damaged or of another kind is refused") {
  const auto refusal = [](const std::string& from, const std::string& to) -> std::string {
    const TempFolder folder;
    std::string text = read_file(golden / "saved" / "tokenizer.json");
    REQUIRE(text.find(from) != std::string::npos);
    text.replace(text.find(from), from.size(), to);
    write_file_atomically(folder / "tokenizer.json", text);
    fs::copy_file(golden / "saved" / "tokenizer_config.json", folder / "tokenizer_config.json");
    try {
      ClipTokenizer tokenizer(folder.path());
    } catch (const DataError& error) {
      return error.what();
    }
    return "no error";
  };
  using Catch::Contains;
  CHECK_THAT(refusal("\"type\": \"BPE\"", "\"type\": \"WordPiece\""), Contains("no byte-pair tokenizer of CLIP's kind"));
  CHECK_THAT(refusal("\"</w>\"", "\"\""), Contains("no byte-pair tokenizer of CLIP's kind"));
  CHECK_THAT(refusal("\"added_tokens\": [", "\"added_tokens\": [7,"), Contains("added_tokens is 7"));
  CHECK_THAT(refusal("\"merges\": [", "\"merges\": [[\"a\"],"), Contains("is not a merge"));
  CHECK_THAT(refusal("{", ""), Contains("is not JSON"));
}

TEST_CASE("ids of 10000 prompts equal those of the fast CLIPTokenizer with CLIP's own vocabulary", "[clip_tokenizer]") {
  const fs::path folder = fs::path(RADFORGE_SOURCE_DIR) / ".deps" / "clip" / "tokenizer";
  INFO(folder.string() << " is made by tools/setup: run it again");
  REQUIRE(fs::exists(folder));
  const ClipTokenizer tokenizer(folder);
  CHECK(tokenizer.max_length() == 77);
  CHECK(check_rows(tokenizer, gunzip(read_file(golden / "prompts_sd2.jsonl.gz"))) == 10'000);
}
