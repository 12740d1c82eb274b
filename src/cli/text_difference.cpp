#include "text_difference.hpp"

#include <fmt/core.h>

#include <sstream>

namespace radforge {

std::string first_difference(const std::string& theirs, const std::string& ours) {
  std::istringstream their_lines(theirs);
  std::istringstream our_lines(ours);
  std::string their_line;
  std::string our_line;
  do {
    their_line.clear();
    our_line.clear();
    std::getline(their_lines, their_line);
    std::getline(our_lines, our_line);
  } while (their_line == our_line && (their_lines || our_lines));
  return fmt::format("\"{}\" there, \"{}\" now", their_line, our_line);
}

} // namespace radforge
