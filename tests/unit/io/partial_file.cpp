#include "../../../src/io/partial_file.hpp"

#include "radforge/core/error.hpp"
#include "radforge/core/hash.hpp"

#include "helpers.hpp"
#include "temp_folder.hpp"

#include <csignal>
#include <iterator>

#include <sys/resource.h>

using namespace radforge;
using Catch::Matchers::Contains;

TEST_CASE("partial_file: two writers of one file never meet, and the last to publish stays") {
  const TempFolder folder;
  PartialFile first(folder / "shard-00000.h5");
  PartialFile second(folder / "shard-00000.h5");
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    CHECK_THAT(entry.path().filename().string(), Catch::StartsWith("shard-00000.h5.partial-"));
  }
  CHECK(num_entries(folder) == 2);
  first.write(bytes_of("first"));
  second.write(bytes_of("second"));
  second.publish();
  CHECK(read_file(folder / "shard-00000.h5") == "second");
  first.publish(digest("first"));
  CHECK(read_file(folder / "shard-00000.h5") == "first");
  CHECK(num_entries(folder) == 1);
}

TEST_CASE("partial_file: what is not read back as it was written is not published") {
  const TempFolder folder;
  put(folder / "a", "old");
  CHECK_THAT(error_of<IoError>([&] {
               PartialFile file(folder / "a");
               file.write(bytes_of("new"));
               file.publish(digest("other"));
             }),
             Contains("/a'") && Contains("not what is read back"));
  CHECK(read_file(folder / "a") == "old");
  CHECK(num_entries(folder) == 1);
}

TEST_CASE("partial_file: advice follows the reason") {
  const TempFolder folder;
  CHECK_THAT(error_of<IoError>([&] { PartialFile file(folder / "none" / "a"); }),
             Contains("No such file") && Contains("check the path") && !Contains("free space"));
  rlimit former = {};
  getrlimit(RLIMIT_FSIZE, &former);
  const rlimit small = {10, former.rlim_max};
  const auto former_handler = std::signal(SIGXFSZ, SIG_IGN);
  std::string message;
  {
    PartialFile file(folder / "a");
    setrlimit(RLIMIT_FSIZE, &small);
    message = error_of<IoError>([&] { file.write(bytes_of(std::string(100, 'x'))); });
    setrlimit(RLIMIT_FSIZE, &former);
  }
  std::signal(SIGXFSZ, former_handler);
  CHECK_THAT(message, Contains("File too large") && Contains("ulimit -f"));
  CHECK(num_entries(folder) == 0);
}
