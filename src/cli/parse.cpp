#include "parse.hpp"

#include "completion.hpp"
#include "help.hpp"
#include "manual_page.hpp"
#include "option.hpp"

#include "radforge/core/build_info.hpp"
#include "radforge/core/error.hpp"
#include "radforge/data/prediction_table.hpp"

#include <boost/program_options.hpp>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <system_error>

namespace radforge {

namespace po = boost::program_options;

namespace {

void describe(const Option& option, const std::string& names, po::options_description& described) {
  if (option.is_repeatable) {
    described.add_options()(names.c_str(), po::value<std::vector<std::string>>()->composing());
    return;
  }
  switch (option.operand) {
  case Operand::none:
    described.add_options()(names.c_str(), "");
    return;
  case Operand::integer:
    described.add_options()(names.c_str(), po::value<std::int64_t>());
    return;
  case Operand::number:
    described.add_options()(names.c_str(), po::value<double>());
    return;
  default:
    described.add_options()(names.c_str(), po::value<std::string>());
    return;
  }
}

po::options_description described_options() {
  po::options_description described;
  for (const Option& option : options()) {
    describe(option, option.letter != 0 ? fmt::format("{},{}", option.name, option.letter) : std::string(option.name), described);
  }
  described.add_options()("command", po::value<std::string>())("argument", po::value<std::string>())(
      "file", po::value<std::vector<std::string>>());
  return described;
}

/// "train", "doctor, plan".
std::string listed(std::string_view names) {
  std::string text;
  for (const char c : names) {
    text += c == ' ' ? std::string(", ") : std::string(1, c);
  }
  return text;
}

void require_options_of(const Command& command, const po::variables_map& values) {
  for (const Option& option : options()) {
    if (values.count(std::string(option.name)) > 0 && !has_option(command, option)) {
      throw ConfigError("--{} is an option of {} (radforge {} has none like it). See radforge {} --help", option.name,
                        listed(option.commands), command.name, command.name);
    }
  }
}

std::string version_text() { return build_info_text(build_info()) + "\n"; }

const Command& find_command(const std::string& name) {
  std::string names;
  for (const Command& command : commands()) {
    if (name == command.name) {
      return command;
    }
    names += fmt::format("{}{}", names.empty() ? "" : ", ", command.name);
  }
  throw ConfigError("unknown command '{}' (there are: {}). See radforge --help", name, names);
}

// N of "step=N".
std::int64_t step_to_resume(const std::string& text) {
  constexpr std::string_view prefix = "step=";
  std::int64_t step = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] =
      std::from_chars(text.data() + std::min(prefix.size(), text.size()), end, step); // nothing behind a shorter text
  if (!text.starts_with(prefix) || error != std::errc() || rest != end || step < 1) {
    throw ConfigError(
        "--resume {} names no checkpoint (it takes step=N, with the number of a folder in checkpoints/). See radforge "
        "--help",
        text);
  }
  return step;
}

void read_options_of_train(const po::variables_map& values, CommandLine& line) {
  if (values.count("resume") > 0) {
    line.resume_step = step_to_resume(values["resume"].as<std::string>());
  }
  line.allow_change = values.count("allow-change") > 0;
  if (values.count("profile") > 0) {
    line.profile_steps = values["profile"].as<std::int64_t>();
    if (line.profile_steps < 1) {
      throw ConfigError("--profile {} traces no step (it takes N, a number of steps from 1 on). See radforge --help",
                        line.profile_steps);
    }
  }
}

// K and N of "K/N".
void read_array_task(const std::string& text, CommandLine& line) {
  const char* const end = text.data() + text.size();
  const auto [slash, error] = std::from_chars(text.data(), end, line.array_task);
  const bool has_slash = error == std::errc() && slash != end && *slash == '/';
  const auto [rest, error_of_count] = std::from_chars(has_slash ? slash + 1 : end, end, line.num_array_tasks);
  if (!has_slash || error_of_count != std::errc() || rest != end || line.array_task < 1 ||
      line.array_task > line.num_array_tasks) {
    throw ConfigError("--array-task {} is no part of a whole (it takes K/N with K from 1 to N). See radforge --help", text);
  }
}

// A folder's name is its last part whether or not a separator follows it.
std::filesystem::path without_last_separator(const std::filesystem::path& path) {
  return path.has_relative_path() && !path.has_filename() ? path.parent_path() : path;
}

void read_options_of_sweep(const po::variables_map& values, CommandLine& line) {
  const bool is_sweep = line.command == "sweep";
  const auto files = values.count("file") > 0 ? values["file"].as<std::vector<std::string>>() : std::vector<std::string>();
  if (line.command == "report") {
    std::ranges::transform(files, std::back_inserter(line.more_folders), without_last_separator);
    return;
  }
  if (!is_sweep && !files.empty()) {
    throw ConfigError("radforge {} takes one argument ('{}' is another one). See radforge {} --help", line.command, files.front(),
                      line.command);
  }
  if (!files.empty()) {
    if (line.config != "status" || files.size() > 1) {
      throw ConfigError("radforge sweep {} {}: '{}' is not known (there is status). See radforge --help", line.config.string(),
                        files.front(), line.config.string());
    }
    line.shows_status = true;
    line.config = files.front();
  }
  if (values.count("array-task") > 0) {
    read_array_task(values["array-task"].as<std::string>(), line);
  }
}

void read_options_of_doctor(const po::variables_map& values, CommandLine& line) {
  line.checks_parity = values.count("parity") > 0;
  const std::int64_t ranks = values.count("ranks-per-node") > 0 ? values["ranks-per-node"].as<std::int64_t>() : 0;
  line.least_gb_s = values.count("least-rate") > 0 ? values["least-rate"].as<double>() : 0;
  constexpr std::int64_t most_ranks = 1 << 20;
  if (ranks < 0 || ranks > most_ranks || !(line.least_gb_s >= 0)) {
    throw ConfigError(
        "--ranks-per-node and --least-rate are not negative, and no node has more than {} ranks. See radforge doctor "
        "--help",
        most_ranks);
  }
  line.ranks_per_node = static_cast<int>(ranks);
}

void read_options_of_plan(const po::variables_map& values, CommandLine& line) {
  const bool has_cluster = values.count("cluster") > 0;
  line.writes_json = values.count("json") > 0;
  if (line.writes_json && line.command == "plan" && !has_cluster) {
    throw ConfigError("--json goes with --cluster (there is no JSON of a plan without one). See radforge plan --help");
  }
  if (values.count("measured") > 0 && !has_cluster) {
    throw ConfigError("--measured goes with --cluster (a rate alone plans nothing). See radforge --help");
  }
  line.cluster = has_cluster ? values["cluster"].as<std::string>() : "";
  line.measured = values.count("measured") > 0 ? values["measured"].as<std::string>() : "";
}

// What a model's rows are called: its run's folder for pipeline/predictions.h5, else what the table's site would be.
std::string model_name(const std::filesystem::path& predictions) {
  const std::filesystem::path folder = predictions.parent_path();
  return folder.filename() == "pipeline" && folder.has_parent_path() ? folder.parent_path().filename().string()
                                                                     : table_name(predictions);
}

// In YAML's double quotes.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    out += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  }
  return out + "\"";
}

void read_options_of_evaluate(const po::variables_map& values, CommandLine& line) {
  if (values.count("predictions") == 0) {
    return;
  }
  if (values.count("argument") > 0) {
    throw ConfigError("--predictions goes with no configuration (a file of those names its own). See radforge evaluate --help");
  }
  const auto& files = values["predictions"].as<std::vector<std::string>>();
  line.config_text = "task: classification\nmodels:\n";
  for (const std::string& file : files) {
    line.config_text += fmt::format("  - {{name: {}, predictions: [{}]}}\n", quoted(model_name(file)), quoted(file));
  }
  line.config = model_name(files.front());
}

} // namespace

std::filesystem::path default_output(const std::filesystem::path& config) {
  std::filesystem::path name = without_last_separator(config.lexically_normal());
  if (const std::string suffix = name.extension().string(); suffix == ".yaml" || suffix == ".yml" || suffix == ".safetensors") {
    name.replace_extension();
  }
  std::filesystem::path below;
  bool found = false;
  for (const auto& part : name) {
    if (found) {
      below /= part;
    }
    found = found || part == "configs";
  }
  return std::filesystem::path("runs") / (found ? below : name.filename());
}

ParsedArguments parse_arguments(int argc, const char* const* argv) {
  const po::options_description all = described_options();
  po::positional_options_description positions;
  positions.add("command", 1).add("argument", 1).add("file", -1);

  po::variables_map values;
  try {
    po::store(po::command_line_parser(argc, argv).options(all).positional(positions).run(), values);
    po::notify(values);
  } catch (const po::error& error) {
    throw ConfigError("{}. See radforge --help", error.what());
  }

  ParsedArguments parsed;
  if (values.count("version") > 0) {
    parsed.text = version_text();
    return parsed;
  }
  if (values.count("manual") > 0) {
    parsed.text = manual_page();
    return parsed;
  }
  if (values.count("completion") > 0) {
    parsed.text = completion_script();
    return parsed;
  }
  if (values.count("command") == 0) {
    parsed.text = help_text();
    return parsed;
  }
  parsed.line.command = values["command"].as<std::string>();
  parsed.command = &find_command(parsed.line.command);
  if (values.count("help") > 0) {
    parsed.text = help_text(*parsed.command);
    return parsed;
  }
  require_options_of(*parsed.command, values);
  read_options_of_evaluate(values, parsed.line);
  const bool takes_argument = *parsed.command->argument != '\0';
  if (values.count("argument") > 0 && !takes_argument) {
    throw ConfigError("radforge {} takes no argument but options ('{}' is one). See radforge --help", parsed.line.command,
                      values["argument"].as<std::string>());
  }
  if (values.count("argument") > 0) {
    parsed.line.config = without_last_separator(values["argument"].as<std::string>());
  } else if (takes_argument && parsed.line.config_text.empty()) {
    throw ConfigError("radforge {} needs {}. See radforge --help", parsed.line.command, parsed.command->argument);
  }
  read_options_of_sweep(values, parsed.line);
  if (values.count("set") > 0) {
    parsed.line.overrides = values["set"].as<std::vector<std::string>>();
  }
  parsed.line.depth = values.count("deep") > 0 ? VerifyDepth::pixels : VerifyDepth::files;
  parsed.line.writes_sheet = values.count("sheet") > 0;
  read_options_of_train(values, parsed.line);
  read_options_of_doctor(values, parsed.line);
  read_options_of_plan(values, parsed.line);
  parsed.line.output = values.count("output") > 0        ? without_last_separator(values["output"].as<std::string>())
                       : parsed.line.command == "report" ? parsed.line.config / "report.html"
                       : !takes_argument                 ? std::filesystem::path("runs")
                                                         : default_output(parsed.line.config);
  return parsed;
}

} // namespace radforge
