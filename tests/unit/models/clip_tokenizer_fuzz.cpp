#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"
#include "radforge/models/clip_tokenizer.hpp"

#include "mutate.hpp"
#include "temp_folder.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <map>

using namespace radforge;
namespace fs = std::filesystem;

TEST_CASE("damaged tokenizer files are DataErrors or tokenizers", "[clip_tokenizer]") {
  const fs::path golden = fs::path(RADFORGE_GOLDEN_DIR) / "models" / "tokenizer";
  const std::map<std::string, fs::path> files = {{"vocab.json", golden / "small" / "vocab.json"},
                                                 {"merges.txt", golden / "small" / "merges.txt"},
                                                 {"special_tokens_map.json", golden / "sd2" / "special_tokens_map.json"},
                                                 {"tokenizer_config.json", golden / "added" / "tokenizer_config.json"}};
  const TempFolder temporary;
  const fs::path& folder = temporary.path();
  int num_read = 0, num_cases = 0;
  for (const auto& [damaged, source] : files) {
    for (const auto& [name, path] : files)
      fs::copy_file(path, folder / name, fs::copy_options::overwrite_existing);
    if (damaged == "special_tokens_map.json") // it is not read beside a configuration that lists all special tokens
      fs::copy_file(golden / "sd2" / "tokenizer_config.json", folder / "tokenizer_config.json",
                    fs::copy_options::overwrite_existing);
    const std::string content = read_file(source);
    for (std::uint64_t key = 0; key < 1000; ++key, ++num_cases) {
      CAPTURE(damaged, key);
      fs::remove(folder / damaged); // ext4 flushes a file that is written over, and that takes milliseconds
      std::ofstream(folder / damaged, std::ios::binary) << mutated(content, key);
      try {
        const ClipTokenizer tokenizer(folder);
        ++num_read;
        for (const std::int64_t id : tokenizer.tokens("small left pleural effusion! <|endoftext|> 4.2 cm"))
          CHECK((id >= 0 && id < tokenizer.vocab_size()));
      } catch (const DataError&) {
      }
    }
  }
  CHECK(num_read > 100);
  CHECK(num_read < num_cases - 100);
}
