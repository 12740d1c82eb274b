#pragma once

#include <cstdint>
#include <string>

namespace radforge {

/// One process among all that ever ran: a pid is used again, and so is a host name.
struct ProcessIdentity {
  std::string host;
  std::string boot_id; ///< of the kernel: changes at each boot, differs between machines
  std::int64_t pid = 0;
  std::int64_t start_ticks = 0; ///< clock ticks from boot to the start of the process
  std::string job_id;           ///< Slurm job, empty outside
  std::int64_t restart_count = 0;
};

/// Of the machine, as gethostname(2) gives it.
std::string host_name();

ProcessIdentity this_process();

/// Whether both run on one machine, and since the same boot.
bool on_same_machine(const ProcessIdentity& one, const ProcessIdentity& other);

/// The kernel's letter for what a process of this machine does (proc(5): R runs, S sleeps, D waits for a disk, T is stopped, Z
/// has ended); 0 if it is not there.
char run_state(const ProcessIdentity& process);

/// Whether a process of this machine still runs. One that ended and waits for its parent (a zombie) does not.
bool is_running(const ProcessIdentity& process);

/// "pid 17 on host n01, Slurm job 99".
std::string describe(const ProcessIdentity& process);

} // namespace radforge
