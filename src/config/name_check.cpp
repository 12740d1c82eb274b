#include "name_check.hpp"

namespace radforge {

bool is_name(const std::string& text) {
  return !text.empty() && text.front() != '.' &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") == std::string::npos;
}

} // namespace radforge
