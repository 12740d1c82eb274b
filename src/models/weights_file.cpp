#include "weights_file.hpp"

#include "json_config.hpp"

#include "radforge/models/pickle_file.hpp"
#include "radforge/nn/state_dict.hpp"

#include <map>
#include <set>

namespace radforge {

namespace fs = std::filesystem;

namespace {

bool names_a_neighbour(const std::string& file) {
  const fs::path path(file);
  return !file.empty() && path.filename() == path && file != "." && file != "..";
}

StateDict read_pieces(const fs::path& index) {
  const JsonConfig json(index);
  const auto places = json.get<std::map<std::string, std::string>>("weight_map");
  std::set<std::string> files;
  for (const auto& [tensor, file] : places) {
    if (!names_a_neighbour(file)) {
      throw DataError("{}: tensor '{}' is said to lie in '{}' (pieces lie beside their index). Take the files as they were saved",
                      index.string(), tensor, file);
    }
    files.insert(file);
  }
  StateDict weights;
  for (const std::string& file : files) {
    for (auto& [tensor, value] : read_state_dict(index.parent_path() / file)) {
      const auto place = places.find(tensor);
      if (place == places.end() || place->second != file) {
        throw DataError("{} holds tensor '{}', which {} places {}. Take the files as they were saved",
                        (index.parent_path() / file).string(), tensor, index.filename().string(),
                        place == places.end() ? "nowhere" : "in " + place->second);
      }
      weights[tensor] = value;
    }
  }
  for (const auto& [tensor, file] : places) {
    if (!weights.contains(tensor)) {
      throw DataError("{} holds no tensor '{}', which {} places there. Take the files as they were saved",
                      (index.parent_path() / file).string(), tensor, index.filename().string());
    }
  }
  return weights;
}

} // namespace

StateDict read_weights(const fs::path& folder, const std::string& stem) {
  for (const char* variant : {"", ".fp16"}) {
    const fs::path whole = folder / (stem + variant + ".safetensors");
    if (fs::exists(whole)) {
      require_safetensors(whole);
      return read_state_dict(whole);
    }
    // Releases differ on which side of "index" the variant stands.
    for (const std::string& name :
         {stem + variant + ".safetensors.index.json", stem + ".safetensors.index" + variant + ".json"}) {
      if (fs::exists(folder / name)) {
        return read_pieces(folder / name);
      }
    }
  }
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".bin") {
      require_safetensors(entry.path());
    }
  }
  throw DataError("{} has no weights ({}.safetensors, or pieces with {}.safetensors.index.json). Copy them there",
                  folder.string(), stem, stem);
}

} // namespace radforge
