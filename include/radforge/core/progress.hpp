#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace radforge {

/// Progress of a loop, on stderr: a bar with rate and time left on a terminal, a line every `line_every_s` seconds otherwise.
class Progress {
 public:
  struct Options {
    std::string label;           ///< "train"
    std::string unit = "images"; ///< what `total` counts
    std::int64_t total = 0;
    std::int64_t done = 0; ///< already there when a run resumes: not part of the rate
    double line_every_s = 10;
    bool enabled = true; ///< rank 0 only
    int file_descriptor = 2;
  };

  explicit Progress(Options options);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// `done` units are complete; `note` ("loss 0.123") is shown behind the rate.
  void update(std::int64_t done, std::string_view note = {});
  /// The last line; called by the destructor too.
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace radforge
