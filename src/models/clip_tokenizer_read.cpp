#include "clip_tokenizer_files.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string_view>

namespace radforge {

namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

constexpr std::int64_t largest_max_length = 1'000'000;

Json read_json_object(const fs::path& path) {
  Json json;
  try {
    json = Json::parse(read_file(path));
  } catch (const Json::exception& error) {
    throw DataError("{} is not JSON ({}); restore the file", path.string(), error.what());
  }
  if (!json.is_object())
    throw DataError("{} is not a JSON object (found: {}); restore the file", path.string(), json.type_name());
  return json;
}

BpeVocabulary parse_vocabulary(const fs::path& path, const Json& json) {
  BpeVocabulary vocabulary;
  std::vector<bool> used(json.size());
  for (const auto& [token, value] : json.items()) {
    const bool is_id = value.is_number_integer() && value >= 0 && value < json.size();
    if (!is_id || used[value.get<std::size_t>()])
      throw DataError("{}: token '{}' has the id {} (ids must be the numbers 0 to {}, each once); restore the file",
                      path.string(), token, value.dump(), json.size() - 1);
    used[value.get<std::size_t>()] = true;
    vocabulary.emplace(token, value.get<std::int64_t>());
  }
  return vocabulary;
}

std::vector<BpeMerge> read_merges(const fs::path& path) {
  const std::string text = read_file(path);
  std::vector<BpeMerge> merges;
  std::size_t row = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line(text.data() + begin, end - begin);
    begin = end + 1;
    ++row;
    if (line.ends_with('\r'))
      line.remove_suffix(1);
    if (line.empty() || line.starts_with("#version"))
      continue;
    const std::size_t space = line.find(' ');
    if (space == 0 || space == std::string_view::npos || space + 1 == line.size() || line.find(' ', space + 1) != line.npos)
      throw DataError("{}:{}: '{}' is not a merge (two symbols with one space between them); restore the file", path.string(),
                      row, line);
    merges.emplace_back(line.substr(0, space), line.substr(space + 1));
  }
  return merges;
}

/// The merges of a tokenizer.json: pairs, or texts with a space as former releases wrote them.
std::vector<BpeMerge> parse_merges(const fs::path& path, const Json& json) {
  std::vector<BpeMerge> merges;
  for (const Json& merge : json) {
    if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
      merges.emplace_back(merge[0].get<std::string>(), merge[1].get<std::string>());
    } else if (const std::string text = merge.is_string() ? merge.get<std::string>() : ""; text.find(' ') != text.npos) {
      merges.emplace_back(text.substr(0, text.find(' ')), text.substr(text.find(' ') + 1));
    } else {
      throw DataError("{}: {} is not a merge (two symbols); restore the file", path.string(), merge.dump());
    }
    if (merges.back().first.empty() || merges.back().second.empty()) {
      throw DataError("{}: {} is not a merge (two symbols); restore the file", path.string(), merge.dump());
    }
  }
  return merges;
}

/// The whole tokenizer in one file, as transformers 5 saves it: its BPE model, held to be CLIP's kind.
Json read_whole_tokenizer(const fs::path& path) {
  Json json = read_json_object(path);
  const Json model = json.value("model", Json());
  if (!model.is_object() || model.value("type", Json()) != "BPE" || model.value("end_of_word_suffix", Json()) != "</w>" ||
      !model.value("vocab", Json()).is_object() || !model.value("merges", Json()).is_array()) {
    throw DataError(
        "{} describes no byte-pair tokenizer of CLIP's kind (a BPE model with vocab, merges and the suffix </w>). Take "
        "the tokenizer of a CLIP text encoder",
        path.string());
  }
  return json;
}

/// A special token is given as text, or as an object with `content` and flags.
SpecialToken parse_special(const fs::path& path, const std::string& name, const Json& value) {
  const Json content = value.is_object() ? value.value("content", Json()) : value;
  if (!content.is_string() || content.get<std::string>().empty())
    throw DataError("{}: {} is {} (a text, or an object with 'content', is needed); restore the file", path.string(), name,
                    value.dump());
  SpecialToken token{content.get<std::string>()};
  if (value.is_object()) {
    token.normalized = value.value("normalized", Json(false)) == true;
    if (value.value("single_word", Json(false)) == true)
      throw DataError("{}: {} has 'single_word' (not supported); set it to false", path.string(), name);
  }
  return token;
}

class SpecialTokens {
 public:
  /// `added_tokens`: the list of a tokenizer.json, null without one.
  SpecialTokens(const fs::path& folder, const Json& config, const Json& added_tokens)
      : path_(folder / "tokenizer_config.json"), json_(config) {
    if (added_tokens.is_array()) {
      for (const Json& value : added_tokens)
        declared_.push_back(parse_special(folder / "tokenizer.json", "added_tokens", value));
    } else if (auto added = config.find("added_tokens_decoder"); added != config.end()) {
      for (const auto& [id, value] : added->items())
        declared_.push_back(parse_special(path_, "added_tokens_decoder." + id, value));
    } else if (fs::exists(folder / "special_tokens_map.json")) {
      path_ = folder / "special_tokens_map.json";
      json_.update(read_json_object(path_));
    }
  }

  /// The token of a role, such as `pad_token`. What a folder does not say is CLIP's default.
  SpecialToken get(const std::string& role) const {
    auto found = json_.find(role);
    if (found == json_.end() || found->is_null())
      return SpecialToken{std::string(role == "bos_token" ? clip_begin_token : clip_end_token)};
    return parse_special(path_, role, *found);
  }

  const std::vector<SpecialToken>& declared() const { return declared_; }

 private:
  fs::path path_;
  Json json_;
  std::vector<SpecialToken> declared_;
};

std::int64_t read_max_length(const fs::path& path, const Json& config) {
  const Json value = config.value("model_max_length", Json());
  if (!value.is_number_integer() || value < 2 || value > largest_max_length)
    throw DataError("{}: model_max_length is {} (a whole number from 2 to {} is needed); set it to the text encoder's "
                    "max_position_embeddings",
                    path.string(), value.dump(), largest_max_length);
  return value.get<std::int64_t>();
}

} // namespace

ClipTokenizerFiles read_clip_tokenizer_files(const fs::path& folder) {
  const fs::path config_path = folder / "tokenizer_config.json";
  const Json config = read_json_object(config_path);
  ClipTokenizerFiles files;
  Json added_tokens;
  if (const fs::path whole = folder / "tokenizer.json"; !fs::exists(folder / "vocab.json") && fs::exists(whole)) {
    const Json json = read_whole_tokenizer(whole);
    files.vocabulary = parse_vocabulary(whole, json["model"]["vocab"]);
    files.merges = parse_merges(whole, json["model"]["merges"]);
    added_tokens = json.value("added_tokens", Json());
  } else {
    files.vocabulary = parse_vocabulary(folder / "vocab.json", read_json_object(folder / "vocab.json"));
    files.merges = read_merges(folder / "merges.txt");
  }
  files.max_length = read_max_length(config_path, config);

  auto add = [&](SpecialToken token) {
    auto found = files.vocabulary.find(token.content);
    if (found == files.vocabulary.end())
      throw DataError("{}: the special token '{}' is not in the vocabulary (tokens beyond it are not supported); add it there",
                      folder.string(), token.content);
    token.id = found->second;
    const bool is_known = std::any_of(files.specials.begin(), files.specials.end(),
                                      [&](const SpecialToken& other) { return other.id == token.id; });
    if (!is_known)
      files.specials.push_back(token);
    return token.id;
  };
  const SpecialTokens specials(folder, config, added_tokens);
  for (const SpecialToken& token : specials.declared())
    add(token);
  files.begin_id = add(specials.get("bos_token"));
  files.end_id = add(specials.get("eos_token"));
  files.unknown_id = add(specials.get("unk_token"));
  files.pad_id = add(specials.get("pad_token"));
  return files;
}

} // namespace radforge
