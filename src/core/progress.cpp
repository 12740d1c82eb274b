#include "radforge/core/progress.hpp"

#include "progress_text.hpp"
#include "radforge/core/clock.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <ctime>

namespace radforge {
namespace {

constexpr double redraw_every_s = 0.1;
constexpr int bar_width = 24;
constexpr std::size_t narrowest_terminal = 20;

std::size_t terminal_width(int file_descriptor) {
  winsize size{};
  if (::ioctl(file_descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col < narrowest_terminal) {
    return 80;
  }
  return size.ws_col;
}

} // namespace

struct Progress::State {
  explicit State(Options given)
      : options(std::move(given)), on_terminal(::isatty(options.file_descriptor) == 1), first(options.done), done(options.done) {}

  double fraction() const { return static_cast<double>(done) / static_cast<double>(options.total); }
  double rate() const { return elapsed.seconds() > 0 ? static_cast<double>(done - first) / elapsed.seconds() : 0; }

  std::string count() const {
    return options.total > 0 ? fmt::format("{}/{} {}", done, options.total, options.unit)
                             : fmt::format("{} {}", done, options.unit);
  }

  std::string behind_count() const {
    std::string text;
    if (const double per_second = rate(); per_second > 0) {
      text = fmt::format(", {} {}/s", rate_text(per_second), options.unit);
      if (done < options.total && !finished) {
        text += fmt::format(", {} left", duration_text(static_cast<double>(options.total - done) / per_second));
      }
    }
    return note.empty() ? text : text + ", " + note;
  }

  std::string bar() const {
    return options.total > 0 ? fmt::format(" {} {:3.0f} %", bar_text(fraction(), bar_width), 100 * fraction()) : std::string();
  }

  std::string percent() const { return options.total > 0 ? fmt::format(" ({:.1f} %)", 100 * fraction()) : std::string(); }

  /// Lines of a log file look like those of Log.
  std::string log_line(std::string_view text) const {
    return fmt::format("{:%H:%M:%S} info {} {}\n", fmt::localtime(std::time(nullptr)), options.label, text);
  }

  void print(const std::string& text) const {
    // What cannot be printed is no reason to stop the work.
    [[maybe_unused]] const ssize_t written = ::write(options.file_descriptor, text.data(), text.size());
  }

  /// Over the last one, cut to the terminal: a line that wraps cannot be drawn over.
  void draw() const {
    const std::string line = options.label + bar() + " " + count() + behind_count();
    print("\r" + line.substr(0, terminal_width(options.file_descriptor) - 1) + "\x1b[K");
  }

  const Options options;
  const bool on_terminal;
  const std::int64_t first;
  std::int64_t done;
  std::string note;
  Stopwatch elapsed;
  Stopwatch since_print;
  bool printed = false;
  bool finished = false;
};

Progress::Progress(Options options) : state_(std::make_unique<State>(std::move(options))) {}

Progress::~Progress() {
  try {
    finish();
  } catch (...) {
    // Out of memory while it says goodbye: nothing is lost but a line.
  }
}

void Progress::update(std::int64_t done, std::string_view note) {
  State& state = *state_;
  if (!state.options.enabled || state.finished) {
    return;
  }
  state.done = done;
  state.note = note;
  const double wait_s = state.on_terminal ? (state.printed ? redraw_every_s : 0) : state.options.line_every_s;
  if (state.since_print.seconds() < wait_s) {
    return;
  }
  if (state.on_terminal) {
    state.draw();
  } else {
    state.print(state.log_line(state.count() + state.percent() + state.behind_count()));
  }
  state.printed = true;
  state.since_print.restart();
}

void Progress::finish() {
  State& state = *state_;
  if (!state.options.enabled || state.finished) {
    return;
  }
  state.finished = true;
  if (state.on_terminal) {
    state.draw();
    state.print("\n");
  } else {
    const char* const end = state.done < state.options.total ? "stopped at" : "done:";
    state.print(state.log_line(
        fmt::format("{} {} in {}{}", end, state.count(), duration_text(state.elapsed.seconds()), state.behind_count())));
  }
}

} // namespace radforge
