#include "dumper.hpp"

#include "value.hpp"

#include <utility>

namespace radforge {

ConfigDumper::ConfigDumper(std::string& out, std::string begin, std::string indent)
    : out_(out), begin_(std::move(begin)), indent_(std::move(indent)) {}

void ConfigDumper::line(const char* name, const std::string& value) {
  out_ += begin_ + name + ":" + (value.empty() ? "" : " " + value) + "\n";
  begin_ = indent_;
}

void ConfigDumper::field(const char* name, bool& value, const char*) { line(name, yaml_text(value)); }
void ConfigDumper::field(const char* name, std::int64_t& value, IntRange, const char*) { line(name, yaml_text(value)); }
void ConfigDumper::field(const char* name, double& value, RealRange, const char*) { line(name, yaml_text(value)); }
void ConfigDumper::field(const char* name, std::string& value, const char*) { line(name, yaml_text(value)); }
void ConfigDumper::field(const char* name, std::string& value, const Choices&, const char*) { line(name, yaml_text(value)); }
void ConfigDumper::field(const char* name, std::vector<std::int64_t>& value, IntRange, const char*) {
  line(name, yaml_text(value));
}
void ConfigDumper::field(const char* name, std::vector<std::string>& value, const char*) { line(name, yaml_text(value)); }
void ConfigDumper::field(const char* name, std::vector<std::string>& value, const Choices&, const char*) {
  line(name, yaml_text(value));
}

void ConfigDumper::section(const char* name, const char*, const std::function<void(Schema&)>& describe_it) {
  line(name, "");
  ConfigDumper inner(out_, indent_ + "  ", indent_ + "  ");
  describe_it(inner);
}

void ConfigDumper::list(const char* name, const char*, std::size_t count, const std::function<void(std::size_t)>&,
                        const std::function<void(Schema&, std::size_t)>& describe_item) {
  line(name, count == 0 ? "[]" : "");
  for (std::size_t i = 0; i < count; ++i) {
    ConfigDumper item(out_, indent_ + "  - ", indent_ + "    ");
    describe_item(item, i);
  }
}

} // namespace radforge
