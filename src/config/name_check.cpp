#include "name_check.hpp"

namespace radforge {

bool is_name(const std::string& text) {
  constexpr std::size_t max_bytes = 100; // file systems stop at 255, with what is put before and after it
  return !text.empty() && text.size() <= max_bytes && text.front() != '.' && text.front() != '-' &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") == std::string::npos;
}

} // namespace radforge
