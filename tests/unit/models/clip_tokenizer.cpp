#include "radforge/models/clip_tokenizer.hpp"
#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"
#include "temp_folder.hpp"

#include <catch2/catch.hpp>

#include <numeric>

using namespace radforge;
namespace fs = std::filesystem;

namespace {

using Ids = std::vector<std::int64_t>;

/// A folder with the tokenizer of a few words, in which a test can change one file.
class TokenizerFolder {
 public:
  TokenizerFolder() { train_clip_tokenizer({"lung lung heart"}, 20, 6, path()); }
  const fs::path& path() const { return temporary_.path(); }
  void write(const char* file, const std::string& content) const { write_file_atomically(path() / file, content); }
  std::string error() const {
    try {
      ClipTokenizer tokenizer(path());
    } catch (const DataError& error) {
      return error.what();
    }
    return "no error";
  }

 private:
  TempFolder temporary_;
};

} // namespace

TEST_CASE("a sequence is begin, tokens, end, padding", "[clip_tokenizer]") {
  const TokenizerFolder folder;
  const ClipTokenizer tokenizer(folder.path());
  const auto begin = tokenizer.begin_id(), end = tokenizer.end_id(), pad = tokenizer.pad_id();
  const Ids lung = tokenizer.tokens("Lung"), heart = tokenizer.tokens("HEART ");
  REQUIRE(lung.size() == 1);
  REQUIRE(heart.size() == 1);
  CHECK(tokenizer.encode("") == Ids{begin, end, pad, pad, pad, pad});
  CHECK(tokenizer.encode("lung heart") == Ids{begin, lung[0], heart[0], end, pad, pad});
  CHECK(tokenizer.encode("lung heart lung heart") == Ids{begin, lung[0], heart[0], lung[0], heart[0], end});
  CHECK(tokenizer.encode("lung heart lung heart heart") == Ids{begin, lung[0], heart[0], lung[0], heart[0], end});
}

TEST_CASE("text that is not UTF-8 is refused with the byte", "[clip_tokenizer]") {
  const TokenizerFolder folder;
  const ClipTokenizer tokenizer(folder.path());
  CHECK_THROWS_AS(tokenizer.tokens("\xff"), DataError);
  CHECK_THROWS_WITH(tokenizer.tokens("lung \xc3"), Catch::Contains("byte 5") && Catch::Contains("0xc3"));
  CHECK_THROWS_WITH(tokenizer.encode("<|endoftext|> \xed\xa0\x80"), Catch::Contains("byte 14")); // a surrogate
  CHECK_THROWS_WITH(tokenizer.tokens("\xc3\xa4\xc0\xaf"), Catch::Contains("byte 2"));            // an overlong form
  CHECK_THROWS_WITH(tokenizer.tokens("ab\xf4\x90\x80\x80"), Catch::Contains("byte 2"));          // beyond U+10FFFF
}

TEST_CASE("a long word takes n log n steps", "[clip_tokenizer]") {
  const TokenizerFolder folder;
  const ClipTokenizer tokenizer(folder.path());
  const Ids ids = tokenizer.tokens(std::string(1'000'000, 'l'));
  CHECK(ids.size() == 1'000'000);
}

TEST_CASE("symbols that the vocabulary lacks become the unknown token", "[clip_tokenizer]") {
  const TokenizerFolder folder;
  folder.write("vocab.json", R"({"a":0,"b</w>":1,"ab</w>":2,"<|startoftext|>":3,"<|endoftext|>":4})");
  folder.write("merges.txt", "#version: 0.2\na b</w>\n");
  const ClipTokenizer tokenizer(folder.path());
  CHECK(tokenizer.tokens("ab xab b") == Ids{2, 4, 2, 1});
}

TEST_CASE("without special_tokens_map.json the configuration names the special tokens", "[clip_tokenizer]") {
  const TokenizerFolder folder;
  fs::remove(folder.path() / "special_tokens_map.json");
  folder.write("tokenizer_config.json", R"({"model_max_length":6,"pad_token":{"content":"!","__type":"AddedToken"}})");
  const ClipTokenizer tokenizer(folder.path());
  CHECK(tokenizer.pad_id() == 0);
  CHECK(tokenizer.end_id() == tokenizer.vocab_size() - 1);
}

TEST_CASE("damaged files are refused with file and fault", "[clip_tokenizer]") {
  const TokenizerFolder folder;
  SECTION("vocab.json") {
    folder.write("vocab.json", "{\"a\": 0");
    CHECK_THAT(folder.error(), Catch::Contains("vocab.json is not JSON"));
    folder.write("vocab.json", "[1]");
    CHECK_THAT(folder.error(), Catch::Contains("vocab.json is not a JSON object"));
    for (const char* ids : {"0,\"b\":2", "0,\"b\":0", "0,\"b\":-1", "0,\"b\":\"1\"", "0,\"b\":1.5"}) {
      folder.write("vocab.json", std::string("{\"a\":") + ids + "}");
      CHECK_THAT(folder.error(), Catch::Contains("vocab.json: token 'b'"));
    }
    folder.write("vocab.json", "{}");
    CHECK_THAT(folder.error(), Catch::Contains("the special token '<|startoftext|>' is not in the vocabulary"));
  }
  SECTION("merges.txt") {
    for (const char* line : {"lu", "l u n", " u", "l ", "l  u"}) {
      folder.write("merges.txt", std::string("#version: 0.2\n") + line + "\n");
      CHECK_THAT(folder.error(), Catch::Contains("merges.txt:2: '" + std::string(line)));
    }
    folder.write("merges.txt", "#version: 0.2\nx y\n");
    CHECK_THAT(folder.error(), Catch::Contains("merge 1 needs the token 'xy'"));
    folder.write("merges.txt", "#version: 0.2\r\nl u\r\nl u\r\n");
    CHECK_THAT(folder.error(), Catch::Contains("merge 2 is listed twice"));
  }
  SECTION("tokenizer_config.json") {
    for (const char* length : {"1", "-5", "77.5", "\"77\"", "1e30", "1000000000000000019884624838656", "null"}) {
      folder.write("tokenizer_config.json", std::string("{\"model_max_length\": ") + length + "}");
      CHECK_THAT(folder.error(), Catch::Contains("model_max_length is"));
    }
    folder.write("tokenizer_config.json", "{}");
    CHECK_THAT(folder.error(), Catch::Contains("model_max_length is null"));
    folder.write("tokenizer_config.json",
                 R"({"model_max_length":6,"added_tokens_decoder":{"600":{"content":"<lesion>","special":false}}})");
    CHECK_THAT(folder.error(), Catch::Contains("'<lesion>' is not in the vocabulary"));
  }
  SECTION("special_tokens_map.json") {
    folder.write("special_tokens_map.json", R"({"pad_token": 5})");
    CHECK_THAT(folder.error(), Catch::Contains("special_tokens_map.json: pad_token is 5"));
    folder.write("special_tokens_map.json", R"({"pad_token": {"content": ""}})");
    CHECK_THAT(folder.error(), Catch::Contains("special_tokens_map.json: pad_token is {"));
    folder.write("special_tokens_map.json", R"({"pad_token": {"content": "!", "single_word": true}})");
    CHECK_THAT(folder.error(), Catch::Contains("'single_word' (not supported)"));
    folder.write("special_tokens_map.json", R"({"bos_token": "<s>"})");
    CHECK_THAT(folder.error(), Catch::Contains("'<s>' is not in the vocabulary"));
  }
  SECTION("a missing file") {
    for (const char* file : {"vocab.json", "merges.txt", "tokenizer_config.json"}) {
      const TokenizerFolder incomplete;
      fs::remove(incomplete.path() / file);
      CHECK_THROWS_AS(ClipTokenizer(incomplete.path()), IoError);
      CHECK_THROWS_WITH(ClipTokenizer(incomplete.path()), Catch::Contains(file));
    }
  }
}
