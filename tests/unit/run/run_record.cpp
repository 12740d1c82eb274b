#include "radforge/run/run_record.hpp"

#include "environment.hpp"
#include "radforge/core/atomic_file.hpp"
#include "temp_folder.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <fstream>

using namespace radforge;

namespace {

class Fixture {
 public:
  std::filesystem::path file() const { return folder_ / "run.json"; }
  nlohmann::json starts() const { return nlohmann::json::parse(read_file(file())).at("starts"); }
  RunDir dir() { return RunDir(folder_.path(), *self_, Log()); }
  RunRecord record(const RunDir& dir) {
    return RunRecord(dir, *self_, {"radforge train a.yaml", "abc", 3, {"0.1.0", "0123", true, "GNU 12", "Release"}});
  }

 private:
  TempFolder folder_;
  std::unique_ptr<Communicator> self_ = make_self_communicator();
};

} // namespace

TEST_CASE_METHOD(Fixture, "a start is recorded with what it stands on") {
  const ScopedVariable job("SLURM_JOB_ID", "17");
  const RunDir run_dir = dir();
  record(run_dir);
  const auto start = starts().at(0);
  CHECK(start.at("epoch") == 1);
  CHECK(start.at("command") == "radforge train a.yaml");
  CHECK(start.at("config_digest") == "abc");
  CHECK(start.at("num_ranks") == 1);
  CHECK(start.at("num_threads") == 3);
  CHECK(start.at("hosts").size() == 1);
  CHECK(start.at("hosts").front() == 1);
  CHECK(start.at("job_id") == "17");
  CHECK(start.at("build").at("git_revision") == "0123");
  CHECK(start.at("build").at("git_dirty") == true);
  CHECK(start.at("build").at("version") == "0.1.0");
  CHECK(start.at("build").at("compiler") == "GNU 12");
  CHECK(start.at("build").at("build_type") == "Release");
  CHECK(start.at("started").get<std::string>().size() == 20);
  CHECK(start.at("ended").is_null());
  CHECK(start.at("exit_code").is_null());
}

TEST_CASE_METHOD(Fixture, "each start has its entry and its end") {
  {
    const RunDir run_dir = dir();
    record(run_dir).finish(ExitCode::stopped, "signal USR1");
  }
  {
    const RunDir run_dir = dir();
    record(run_dir); // killed
  }
  {
    const RunDir run_dir = dir();
    const auto last = record(run_dir);
    last.finish(ExitCode::io, "disk full");
    last.finish(ExitCode::ok, "done");
  }
  const auto all = starts();
  REQUIRE(all.size() == 3);
  CHECK(all[0].at("exit_code") == 75);
  CHECK(all[0].at("reason") == "signal USR1");
  CHECK(all[0].at("ended").is_string());
  CHECK(all[1].at("ended").is_null());
  CHECK(all[2].at("epoch") == 3);
  CHECK(all[2].at("exit_code") == 0);
  CHECK(all[2].at("reason") == "done");
}

TEST_CASE_METHOD(Fixture, "a record that is none is a data error and is left alone") {
  const std::string text = GENERATE(as<std::string>(), "", "[]", "{}", "{\"starts\": 3}", "{\"starts\": [", "{\"starts\": [3]}");
  std::ofstream(file()) << text;
  const RunDir run_dir = dir();
  CHECK_THROWS_AS(record(run_dir), DataError);
  CHECK_THROWS_WITH(record(run_dir), Catch::Contains("run.json"));
  CHECK(read_file(file()) == text);
}

TEST_CASE_METHOD(Fixture, "a reason is recorded in whatever encoding, beside entries of another make") {
  std::ofstream(file()) << R"({"starts": [{"epoch": "one"}, {}]})";
  const RunDir run_dir = dir();
  record(run_dir).finish(ExitCode::io, "cannot open 'R\xF6ntgen.png'");
  const auto all = starts();
  REQUIRE(all.size() == 3);
  CHECK(all[0] == nlohmann::json{{"epoch", "one"}});
  CHECK(all[1] == nlohmann::json::object());
  CHECK(all[2].at("exit_code") == 4);
  CHECK(all[2].at("reason") == "cannot open 'R\uFFFDntgen.png'");
}

TEST_CASE_METHOD(Fixture, "the end of a start whose epoch was used before is its own") {
  std::ofstream(file()) << R"({"starts": [{"epoch": 1, "exit_code": 3}, {"epoch": 2, "exit_code": 4}]})";
  const RunDir run_dir = dir();
  record(run_dir).finish(ExitCode::ok, "done");
  const auto all = starts();
  REQUIRE(all.size() == 3);
  CHECK(all[0].at("exit_code") == 3);
  CHECK(all[1].at("exit_code") == 4);
  CHECK(all[2].at("exit_code") == 0);
}

TEST_CASE_METHOD(Fixture, "a record that cannot be looked at is an I/O error, and is not replaced") {
  std::filesystem::create_symlink("run.json", file());
  const RunDir run_dir = dir();
  CHECK_THROWS_AS(record(run_dir), IoError);
  CHECK_THROWS_WITH(record(run_dir), Catch::Contains("run.json"));
  CHECK(std::filesystem::is_symlink(file()));
}

TEST_CASE_METHOD(Fixture, "a run that lost its folder records nothing") {
  const RunDir run_dir = dir();
  const auto mine = record(run_dir);
  const auto before = read_file(file());
  std::filesystem::copy_file(run_dir.path() / "owner-1.json", run_dir.path() / "owner-2.json");
  CHECK_THROWS_AS(record(run_dir), OwnedError);
  CHECK_THROWS_AS(mine.finish(ExitCode::ok, "done"), OwnedError);
  CHECK(read_file(file()) == before);
}
