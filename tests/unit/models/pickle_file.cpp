#include "radforge/models/pickle_file.hpp"

#include "radforge/core/atomic_file.hpp"
#include "radforge/core/error.hpp"
#include "radforge/nn/state_dict.hpp"

#include "temp_folder.hpp"
#include "torch_catch.hpp"

#include <ATen/ops/ones.h>

using namespace radforge;
using Catch::Contains;

TEST_CASE("pickles are refused by their suffix with the converter's name") {
  const TempFolder folder;
  const std::string name = GENERATE("w.pt", "w.pth", "w.ckpt", "w.bin", "w.pkl", "W.PT", "pytorch_model.pickle");
  // Nothing is read: the file need not be there.
  CHECK_THROWS_AS(require_safetensors(folder / name), DataError);
  CHECK_THROWS_WITH(require_safetensors(folder / name),
                    Contains(name + " is a pickle by its name") && Contains("tools/convert_weights") && Contains(".safetensors"));
}

TEST_CASE("pickles are refused by their first bytes whatever their name") {
  const TempFolder folder;
  write_file_atomically(folder / "zip.safetensors", std::string("PK\x03\x04\x00\x00\x08\x08\x00\x00", 10));
  CHECK_THROWS_WITH(require_safetensors(folder / "zip.safetensors"), Contains("is a zip archive"));
  write_file_atomically(folder / "stream.safetensors", std::string("\x80\x02\x8a\x0al\xfc\x9c\x46\xf9\x20", 10));
  CHECK_THROWS_WITH(require_safetensors(folder / "stream.safetensors"), Contains("is a pickle stream"));
  write_file_atomically(folder / "four.safetensors", std::string("\x80\x04}.", 4));
  CHECK_THROWS_WITH(require_safetensors(folder / "four.safetensors"), Contains("is a pickle stream"));
}

TEST_CASE("safetensors files pass and their header's length is no pickle") {
  const TempFolder folder;
  write_state_dict(folder / "w.safetensors", {{"w", at::ones({3})}});
  CHECK_NOTHROW(require_safetensors(folder / "w.safetensors"));
  // A header of 0x0280 or 0x4b50 bytes begins like a pickle or an archive.
  write_file_atomically(folder / "long.safetensors", std::string("\x80\x02\x00\x00\x00\x00\x00\x00{", 9));
  CHECK_NOTHROW(require_safetensors(folder / "long.safetensors"));
  write_file_atomically(folder / "longer.safetensors", std::string("PK\x03\x00\x00\x00\x00\x00{", 9));
  CHECK_NOTHROW(require_safetensors(folder / "longer.safetensors"));
  // What is neither is left to the reader.
  write_file_atomically(folder / "empty.safetensors", "");
  CHECK_NOTHROW(require_safetensors(folder / "empty.safetensors"));
  CHECK_THROWS_AS(require_safetensors(folder / "absent.safetensors"), IoError);
}
