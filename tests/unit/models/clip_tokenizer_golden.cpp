#include "radforge/core/atomic_file.hpp"
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

/// Compares with every row of the file and returns how many there were.
int check_rows(const ClipTokenizer& tokenizer, const std::string& name) {
  std::istringstream lines(read_file(golden / name));
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
    const std::string text = row["text"];
    INFO(line.substr(0, 300));
    CHECK(tokenizer.tokens(text) == row["tokens"].get<Ids>());
    if (row.contains("encoded"))
      CHECK(tokenizer.encode(text) == row["encoded"].get<Ids>());
    ++num_rows;
  }
  return num_rows;
}

std::string gunzip(const std::string& packed) {
  std::string text(std::size_t{16} << 20, '\0');
  std::size_t size = 0;
  libdeflate_decompressor* decompressor = libdeflate_alloc_decompressor();
  const auto result = libdeflate_gzip_decompress(decompressor, packed.data(), packed.size(), text.data(), text.size(), &size);
  libdeflate_free_decompressor(decompressor);
  REQUIRE(result == LIBDEFLATE_SUCCESS);
  text.resize(size);
  return text;
}

/// CLIP's vocab.json follows from its list of merges: byte symbols, those with `</w>`, merges, begin, end. The byte symbols are
/// the first 256 of the small vocabulary.
void write_full_vocabulary(const std::string& list, const fs::path& folder) {
  const Json small = Json::parse(read_file(golden / "small" / "vocab.json"));
  std::vector<std::string> tokens(512);
  for (const auto& [token, id] : small.items())
    if (id < 512)
      tokens[id.get<std::size_t>()] = token;

  std::istringstream lines(list);
  std::string line, merges;
  std::getline(lines, line);
  for (int i = 0; i < 49152 - 256 - 2 && std::getline(lines, line); ++i) {
    merges += line + "\n";
    line.erase(line.find(' '), 1);
    tokens.push_back(line);
  }
  tokens.insert(tokens.end(), {"<|startoftext|>", "<|endoftext|>"});
  Json vocabulary;
  for (std::size_t id = 0; id < tokens.size(); ++id)
    vocabulary[tokens[id]] = id;
  write_file_atomically(folder / "vocab.json", vocabulary.dump());
  write_file_atomically(folder / "merges.txt", "#version: 0.2\n" + merges);
}

} // namespace

TEST_CASE("ids equal those of the fast CLIPTokenizer, with each way of naming special tokens", "[clip_tokenizer]") {
  for (const std::string style : {"plain", "sd2", "added"}) {
    TempFolder temporary;
    fs::copy_file(golden / "small" / "vocab.json", temporary.path() / "vocab.json");
    fs::copy_file(golden / "small" / "merges.txt", temporary.path() / "merges.txt");
    copy_style(style, temporary.path());
    INFO(style);
    CHECK(check_rows(ClipTokenizer(temporary.path()), "small_" + style + ".jsonl") == 373);
  }
}

TEST_CASE("ids equal those of the fast CLIPTokenizer with CLIP's own vocabulary", "[clip_tokenizer]") {
  const fs::path list = fs::path(RADFORGE_SOURCE_DIR) / ".deps" / "clip" / "bpe_simple_vocab_16e6.txt.gz";
  if (!fs::exists(list)) {
    WARN("not checked: " << list.string() << " is absent; tools/setup fetches it");
    return;
  }
  TempFolder temporary;
  write_full_vocabulary(gunzip(read_file(list)), temporary.path());
  copy_style("sd2", temporary.path());
  const ClipTokenizer tokenizer(temporary.path());
  CHECK(tokenizer.max_length() == 77);
  CHECK(check_rows(tokenizer, "full_sd2.jsonl") == 373);
}
