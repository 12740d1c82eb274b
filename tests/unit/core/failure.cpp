#include "radforge/core/failure.hpp"

#include "temp_folder.hpp"

#include <catch2/catch.hpp>

#include <functional>

using namespace radforge;

namespace {

Failure failure_of(const std::function<void()>& action) {
  try {
    action();
  } catch (...) {
    return current_failure();
  }
  return {ExitCode::ok, "no exception"};
}

} // namespace

TEST_CASE("an error keeps its code, text and agreement") {
  const Failure own = failure_of([] { throw DataError("row 7 is empty"); });
  CHECK(own.code == ExitCode::data);
  CHECK(own.text == "row 7 is empty");
  CHECK_FALSE(own.agreed);
  CHECK(failure_of([] { throw as_agreed(StoppedError("stopped")); }).agreed);
}

TEST_CASE("an error of the standard library's file system is an I/O error with the path, the reason and what to do") {
  const TempFolder folder;
  const Failure failure = failure_of([&] { std::filesystem::create_directory(folder / "no" / "folder"); });
  CHECK(failure.code == ExitCode::io);
  CHECK(failure.text == "cannot use '" + (folder / "no").string() + "/folder' (No such file or directory) check the path");
}

TEST_CASE("whatever else is thrown is internal") {
  CHECK(failure_of([] { throw std::runtime_error("odd"); }).code == ExitCode::internal);
  CHECK(failure_of([] { throw std::runtime_error("odd"); }).text == "odd");
  CHECK(failure_of([] { throw 1; }).code == ExitCode::internal);
  CHECK_FALSE(failure_of([] { throw 1; }).text.empty());
}
