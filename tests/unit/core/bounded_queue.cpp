#include "radforge/core/bounded_queue.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

using namespace radforge;

TEST_CASE("BoundedQueue gives items in the order they came") {
  BoundedQueue<int> queue(3);
  CHECK(queue.push(1));
  CHECK(queue.push(2));
  CHECK(queue.push(3));
  CHECK(queue.pop() == 1);
  CHECK(queue.pop() == 2);
  CHECK(queue.push(4));
  CHECK(queue.pop() == 3);
  CHECK(queue.pop() == 4);
}

TEST_CASE("BoundedQueue refuses a capacity of zero") { CHECK_THROWS_AS(BoundedQueue<int>(0), InternalError); }

TEST_CASE("BoundedQueue takes what can only be moved") {
  BoundedQueue<std::unique_ptr<int>> queue(1);
  queue.push(std::make_unique<int>(5));
  CHECK(**queue.pop() == 5);
}

TEST_CASE("BoundedQueue makes a producer wait for room") {
  BoundedQueue<int> queue(2);
  std::atomic<int> num_pushed = 0;
  std::thread producer([&] {
    for (int i = 0; i < 5; ++i) {
      queue.push(i);
      ++num_pushed;
    }
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  CHECK(num_pushed <= 2);
  for (int i = 0; i < 5; ++i) {
    CHECK(queue.pop() == i);
  }
  producer.join();
  CHECK(num_pushed == 5);
}

TEST_CASE("closing a BoundedQueue lets the consumer drain it and refuses more") {
  BoundedQueue<int> queue(4);
  queue.push(1);
  queue.push(2);
  queue.close();
  CHECK_FALSE(queue.push(3));
  CHECK(queue.pop() == 1);
  CHECK(queue.pop() == 2);
  CHECK(queue.pop() == std::nullopt);
  CHECK(queue.pop() == std::nullopt);
}

TEST_CASE("closing a BoundedQueue wakes a waiting producer and a waiting consumer") {
  BoundedQueue<int> full(1);
  full.push(1);
  BoundedQueue<int> empty(1);
  std::atomic<bool> pushed = true;
  std::atomic<bool> popped = true;
  std::thread producer([&] { pushed = full.push(2); });
  std::thread consumer([&] { popped = empty.pop().has_value(); });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  full.close();
  empty.close();
  producer.join();
  consumer.join();
  CHECK_FALSE(pushed);
  CHECK_FALSE(popped);
}

TEST_CASE("BoundedQueue loses and doubles nothing between many threads") {
  constexpr int num_threads = 4;
  constexpr int num_items = 2000;
  BoundedQueue<int> queue(7);
  std::vector<std::atomic<int>> seen(num_threads * num_items);
  std::vector<std::thread> producers;
  std::vector<std::thread> consumers;
  for (int thread = 0; thread < num_threads; ++thread) {
    producers.emplace_back([&, thread] {
      for (int i = 0; i < num_items; ++i) {
        queue.push(thread * num_items + i);
      }
    });
    consumers.emplace_back([&] {
      while (const std::optional<int> item = queue.pop()) {
        ++seen[static_cast<std::size_t>(*item)];
      }
    });
  }
  for (std::thread& producer : producers) {
    producer.join();
  }
  queue.close();
  for (std::thread& consumer : consumers) {
    consumer.join();
  }
  CHECK(std::all_of(seen.begin(), seen.end(), [](const std::atomic<int>& count) { return count == 1; }));
}
