#include "radforge/core/background_task.hpp"

#include "radforge/core/error.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <future>
#include <memory>

using namespace radforge;

TEST_CASE("a job is done beside the caller, and one at a time") {
  BackgroundTask task;
  CHECK(task.is_over());
  CHECK_NOTHROW(task.join());

  std::promise<void> go;
  std::atomic<bool> done{false};
  task.start([&, gate = std::make_shared<std::future<void>>(go.get_future())] {
    gate->wait();
    done = true;
  });
  CHECK_FALSE(task.is_over());
  CHECK_THROWS_AS(task.start([] {}), InternalError);
  go.set_value();
  task.join();
  CHECK(done);

  int count = 0;
  for (int i = 0; i < 100; ++i) {
    task.start([&] { ++count; });
    task.join();
  }
  CHECK(count == 100);
}

TEST_CASE("what a job throws is thrown where it is joined, once") {
  BackgroundTask task;
  task.start([] { throw DataError("broken"); });
  task.wait();
  CHECK(task.is_over());
  CHECK(task.has_failed());
  CHECK_THROWS_AS(task.start([] {}), InternalError);
  CHECK_THROWS_AS(task.join(), DataError);
  CHECK_FALSE(task.has_failed());
  CHECK_NOTHROW(task.join());
}

TEST_CASE("a task waits for its job at its end") {
  std::atomic<bool> done{false};
  {
    BackgroundTask task;
    task.start([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      done = true;
      throw DataError("lost");
    });
  }
  CHECK(done);
}
