#include "radforge/models/clip_tokenizer.hpp"

#include "bpe_model.hpp"
#include "clip_tokenizer_files.hpp"
#include "clip_tokenizer_text.hpp"

#include <algorithm>
#include <utility>

namespace radforge {

namespace {

/// A stretch of text, or a special token found in it.
struct Fragment {
  std::string_view text;
  const SpecialToken* special = nullptr;
};

/// Cuts at the special tokens, from left to right; `specials` are ordered longest first.
std::vector<Fragment> split_at_specials(std::string_view text, const std::vector<SpecialToken>& specials) {
  std::vector<Fragment> fragments;
  std::size_t begin = 0, at = 0;
  while (at < text.size()) {
    auto found = std::find_if(specials.begin(), specials.end(),
                              [&](const SpecialToken& token) { return text.substr(at).starts_with(token.content); });
    if (found == specials.end()) {
      ++at;
      continue;
    }
    fragments.push_back({text.substr(begin, at - begin)});
    fragments.push_back({{}, &*found});
    at += found->content.size();
    begin = at;
  }
  fragments.push_back({text.substr(begin)});
  return fragments;
}

/// Those that are looked for in the text as written, or in the normalised text; longest first.
std::vector<SpecialToken> select(const std::vector<SpecialToken>& specials, std::string (*content_of)(const SpecialToken&)) {
  std::vector<SpecialToken> selected;
  for (SpecialToken token : specials) {
    token.content = content_of(token);
    if (!token.content.empty())
      selected.push_back(std::move(token));
  }
  std::stable_sort(selected.begin(), selected.end(),
                   [](const SpecialToken& a, const SpecialToken& b) { return a.content.size() > b.content.size(); });
  return selected;
}

} // namespace

struct ClipTokenizer::State {
  ClipTokenizerFiles files;
  BpeModel model;
  std::vector<SpecialToken> written;
  std::vector<SpecialToken> normalized;

  explicit State(ClipTokenizerFiles from)
      : files(std::move(from)), model(files.vocabulary, files.merges, files.unknown_id),
        written(
            select(files.specials, [](const SpecialToken& token) { return token.normalized ? std::string() : token.content; })),
        normalized(select(files.specials, [](const SpecialToken& token) {
          return token.normalized ? normalize_clip_text(token.content) : std::string();
        })) {}
};

ClipTokenizer::ClipTokenizer(const std::filesystem::path& folder)
    : state_(std::make_unique<State>(read_clip_tokenizer_files(folder))) {}
ClipTokenizer::~ClipTokenizer() = default;
ClipTokenizer::ClipTokenizer(ClipTokenizer&&) noexcept = default;
ClipTokenizer& ClipTokenizer::operator=(ClipTokenizer&&) noexcept = default;

std::int64_t ClipTokenizer::vocab_size() const { return std::ssize(state_->files.vocabulary); }
std::int64_t ClipTokenizer::max_length() const { return state_->files.max_length; }
std::int64_t ClipTokenizer::begin_id() const { return state_->files.begin_id; }
std::int64_t ClipTokenizer::end_id() const { return state_->files.end_id; }
std::int64_t ClipTokenizer::pad_id() const { return state_->files.pad_id; }

std::vector<std::int64_t> ClipTokenizer::tokens(std::string_view text) const {
  require_utf8(text);
  std::vector<std::int64_t> ids;
  auto append_words = [&](std::string_view normalized) {
    for (std::string_view word : split_clip_words(normalized)) {
      const auto word_ids = state_->model.encode(word);
      ids.insert(ids.end(), word_ids.begin(), word_ids.end());
    }
  };
  for (const Fragment& outer : split_at_specials(text, state_->written)) {
    if (outer.special) {
      ids.push_back(outer.special->id);
      continue;
    }
    const std::string normalized = normalize_clip_text(outer.text);
    for (const Fragment& inner : split_at_specials(normalized, state_->normalized)) {
      if (inner.special)
        ids.push_back(inner.special->id);
      else
        append_words(inner.text);
    }
  }
  return ids;
}

bool ClipTokenizer::is_truncated(std::string_view text) const { return std::ssize(tokens(text)) > max_length() - 2; }

std::vector<std::int64_t> ClipTokenizer::encode(std::string_view text) const {
  const auto length = static_cast<std::size_t>(max_length());
  std::vector<std::int64_t> ids = tokens(text);
  ids.resize(std::min(ids.size(), length - 2));
  ids.insert(ids.begin(), begin_id());
  ids.push_back(end_id());
  ids.resize(length, pad_id());
  return ids;
}

} // namespace radforge
