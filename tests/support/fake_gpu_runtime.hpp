#pragma once

#include "../../src/comm/gpu_runtime.hpp"
#include "call_script.hpp"
#include "fake_event.hpp"
#include "fake_stream.hpp"

#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace radforge {

/// A GPU whose memory is the host's. Streams are called s1, s2, ... in the order of their creation, events e1, e2, ...
class FakeGpuRuntime final : public GpuRuntime {
 public:
  explicit FakeGpuRuntime(std::shared_ptr<CallScript> script) : script_(std::move(script)) {}

  void set_device(int device) override { script_->call("set_device", std::to_string(device)); }

  void* create_stream() override {
    script_->call("create_stream");
    const std::lock_guard lock(mutex_);
    return new FakeStream("s" + std::to_string(++num_streams_));
  }
  void destroy_stream(void* stream) noexcept override { delete static_cast<FakeStream*>(stream); }
  void synchronize(void* stream) override {
    script_->call("synchronize", at(stream).name());
    at(stream).synchronize();
  }

  void* create_event() override {
    script_->call("create_event");
    const std::lock_guard lock(mutex_);
    auto event = std::make_shared<FakeEvent>("e" + std::to_string(++num_events_));
    return events_.emplace(event.get(), event).first->first;
  }
  void destroy_event(void* event) noexcept override {
    const std::lock_guard lock(mutex_);
    events_.erase(event);
  }
  void record(void* event, void* stream) override {
    const auto recorded = find(event);
    script_->call("record", recorded->name() + " on " + at(stream).name());
    at(stream).push([recorded, number = recorded->record()] { recorded->complete(number); });
  }
  void make_wait(void* stream, void* event) override {
    const auto awaited = find(event);
    script_->call("make_wait", at(stream).name() + " for " + awaited->name());
    at(stream).push([awaited, number = awaited->last_recording()] { awaited->wait_for(number); });
  }
  bool is_done(void* event) override { return find(event)->is_done(); }

  void copy(void* to, const void* from, std::size_t num_bytes, void* stream) override {
    script_->call("copy");
    at(stream).push([=] { std::memcpy(to, from, num_bytes); });
  }
  void* allocate(Place where, std::size_t num_bytes) override {
    script_->call(where == Place::host ? "allocate_host" : "allocate_device");
    return std::malloc(num_bytes);
  }
  void release(Place, void* memory) noexcept override { std::free(memory); }

 private:
  FakeStream& at(void* stream) { return stream == nullptr ? default_stream_ : *static_cast<FakeStream*>(stream); }
  std::shared_ptr<FakeEvent> find(void* event) {
    const std::lock_guard lock(mutex_);
    return events_.at(event);
  }

  std::shared_ptr<CallScript> script_;
  std::mutex mutex_;
  std::map<void*, std::shared_ptr<FakeEvent>> events_; ///< tasks of streams may outlive the handle, as in CUDA
  int num_streams_ = 0;
  int num_events_ = 0;
  FakeStream default_stream_{"default"};
};

} // namespace radforge
