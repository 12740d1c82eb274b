#include "../../../src/doctor/nvidia_smi.hpp"

#include "temp_folder.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <string>

using namespace radforge;

namespace {

/// Stands in for nvidia-smi: answers a query that has `field` in it by `lines`.
struct Tool {
  Tool() { script << "#!/bin/sh\n"; }
  void answer(const std::string& field, const std::string& lines) {
    script << "case \"$1\" in *" << field << "*) printf '" << lines << "'; exit 0;; esac\n";
  }
  std::string path() {
    script << "echo 'Field is not a valid field to query.'; exit 2\n";
    script.close();
    std::filesystem::permissions(folder / "nvidia-smi", std::filesystem::perms::owner_all);
    return folder / "nvidia-smi";
  }

  TempFolder folder;
  std::ofstream script{folder / "nvidia-smi"};
};

} // namespace

TEST_CASE("healthy GPUs have their memory and no problem") {
  Tool tool;
  tool.answer("memory.total", "00000000:3B:00.0, 81559, 0\\n00000000:D8:00.0, 81559, [N/A]\\n");
  tool.answer("remapped_rows", "00000000:3B:00.0, No, No\\n00000000:D8:00.0, [N/A], [N/A]\\n");
  tool.answer("hw_slowdown", "00000000:3B:00.0, Not Active\\n00000000:D8:00.0, Not Active\\n");
  const auto found = ask_nvidia_smi(tool.path());
  REQUIRE(found.size() == 2);
  CHECK(found.at("0000:3b:00.0").memory_bytes == std::int64_t{81559} << 20);
  CHECK(found.at("0000:3b:00.0").problem.empty());
  CHECK(found.at("0000:d8:00.0").problem.empty());
}

TEST_CASE("errors of memory and slowing down are problems") {
  Tool tool;
  tool.answer("memory.total", "00000000:3B:00.0, 40960, 7\\n");
  tool.answer("remapped_rows", "00000000:3B:00.0, Yes, No\\n");
  tool.answer("hw_slowdown", "00000000:3B:00.0, Active\\n");
  CHECK(ask_nvidia_smi(tool.path()).at("0000:3b:00.0").problem ==
        "7 uncorrected ECC errors of its memory since the driver was started, rows of its memory wait to be replaced until it is "
        "reset, it has slowed down for heat or power");
}

TEST_CASE("an old nvidia-smi tells what it knows, and a missing one nothing") {
  Tool tool;
  tool.answer("memory.total", "00000000:3B:00.0, 40960, 0\\n");
  CHECK(ask_nvidia_smi(tool.path()).at("0000:3b:00.0").problem.empty());
  CHECK(ask_nvidia_smi("/nowhere/nvidia-smi").empty());
}
