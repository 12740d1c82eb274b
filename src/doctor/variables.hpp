#pragma once

#include "machine.hpp"

#include <map>
#include <string>
#include <vector>

namespace radforge {

using Variables = std::map<std::string, std::string>;

/// What the environment says to the libraries of communication and threads: names that begin like theirs.
Variables variables_of_interest(const char* const* environment);

/// What is wrong with them on this machine: values outside the documented range, names that nobody reads, switches for looking
/// for errors that make work slow, network interfaces that are not there. Of NCCL's variables the ranges are those of its user
/// guide (env.rst, 2.30).
std::vector<std::string> variable_problems(const Variables& variables, const Machine& machine);

} // namespace radforge
