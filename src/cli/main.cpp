#include "parse.hpp"
#include "process_setup.hpp"

#include "radforge/comm/guard.hpp"
#include "radforge/comm/mpi_session.hpp"
#include "radforge/core/atomic_file.hpp"
#include "radforge/core/failure.hpp"
#include "radforge/core/file_descriptor.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>

namespace radforge {

namespace {

/// Output is buffered, so a full disk shows here at the latest.
void flush_output() {
  errno = 0;
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    throw_io_error("write", "standard output", errno != 0 ? errno : EIO);
  }
}

/// Launchers do not always say how the work ended: srun may end with 0 where it could not start a rank, and with 143 where ranks
/// ended one after another. So rank 0 keeps a file, named by RADFORGE_EXIT_CODE_FILE: "running", and in the end its exit code.
class ExitCodeFile {
 public:
  ExitCodeFile() {
    const char* path = std::getenv("RADFORGE_EXIT_CODE_FILE");
    if (path != nullptr && *path != '\0' && MpiSession::launcher_rank() == 0) {
      path_ = path;
      write_file_atomically(path_, "running\n");
    }
  }

  /// Of two errors the first is the one to end with: where the code says one, another one here is only told.
  void write(int code) const {
    try {
      if (!path_.empty()) {
        write_file_atomically(path_, fmt::format("{}\n", code));
      }
    } catch (const Error& error) {
      if (code == 0) {
        throw;
      }
      std::fprintf(stderr, "radforge: %s\n", error.what());
    }
  }

 private:
  std::filesystem::path path_; ///< empty: nobody asks
};

int run(int argc, char** argv) {
  const ParsedArguments arguments = parse_arguments(argc, argv);
  if (arguments.text) {
    if (MpiSession::launcher_rank() == 0) {
      errno = 0;
      if (std::fputs(arguments.text->c_str(), stdout) == EOF) { // more than the buffer holds
        throw_io_error("write", "standard output", errno);
      }
      flush_output();
    }
    return static_cast<int>(ExitCode::ok);
  }

  StopRequest stop; // before MPI: its start takes seconds, in which a signal is a request too
  MpiSession session(argc, argv);
  const std::unique_ptr<Communicator> world = session.world();
  const Log log(world->rank(), world->size());
  return run_guarded(*world, log, [&] {
    set_threads_of_rank();
    arguments.command->run({arguments.line, *world, log, stop, node_place(*world)});
    flush_output();
    return static_cast<int>(ExitCode::ok);
  });
}

/// The exit code of what is thrown before there is a world to end.
int tell_of_failure() {
  const Failure failure = current_failure();
  // The arguments are those of all ranks, so rank 0 speaks for them: a launcher that saw another one fail first would end rank
  // 0 before it has said why. What MPI reports may be one rank's alone.
  if (failure.code == ExitCode::usage && MpiSession::launcher_rank() != 0) {
    return static_cast<int>(ExitCode::ok);
  }
  std::fprintf(stderr, "radforge: %s\n", failure.text.c_str());
  return static_cast<int>(failure.code);
}

} // namespace

} // namespace radforge

int main(int argc, char** argv) {
  using namespace radforge;
  std::optional<ExitCodeFile> exit_code_file;
  int code = 0;
  try {
    exit_code_file.emplace();
    code = run(argc, argv);
    exit_code_file->write(code);
  } catch (...) {
    code = tell_of_failure();
    if (exit_code_file) {
      exit_code_file->write(code);
    }
  }
  return code;
}
