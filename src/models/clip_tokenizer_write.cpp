#include "clip_tokenizer_files.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"

#include <nlohmann/json.hpp>

#include <system_error>

namespace radforge {

void write_clip_tokenizer_files(const std::filesystem::path& folder, const std::vector<BpeMerge>& merges,
                                std::int64_t max_length) {
  using Json = nlohmann::ordered_json;
  Json vocabulary = Json::object();
  std::int64_t id = 0;
  for (const std::string& token : clip_vocabulary(merges))
    vocabulary[token] = id++;

  std::string lines = "#version: 0.2\n";
  for (const auto& [left, right] : merges)
    lines += left + " " + right + "\n";

  const Json specials = {{"bos_token", clip_begin_token},
                         {"eos_token", clip_end_token},
                         {"unk_token", clip_end_token},
                         {"pad_token", clip_end_token}};
  Json config = {{"tokenizer_class", "CLIPTokenizer"}, {"model_max_length", max_length}, {"do_lower_case", true}};
  config.update(specials);

  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    throw IoError("{} cannot be made ({}); choose another folder", folder.string(), error.message());
  write_file_atomically(folder / "vocab.json", vocabulary.dump() + "\n");
  write_file_atomically(folder / "merges.txt", lines);
  write_file_atomically(folder / "special_tokens_map.json", specials.dump(2) + "\n");
  write_file_atomically(folder / "tokenizer_config.json", config.dump(2) + "\n");
}

} // namespace radforge
