#include "parse.hpp"

#include "radforge/core/build_info.hpp"
#include "radforge/core/error.hpp"
#include "radforge/data/prediction_table.hpp"

#include <boost/program_options.hpp>

#include <algorithm>
#include <charconv>
#include <sstream>
#include <string_view>
#include <system_error>

namespace radforge {

namespace po = boost::program_options;

namespace {

po::options_description visible_options() {
  po::options_description options("Options");
  options.add_options()                                                                                                //
      ("set", po::value<std::vector<std::string>>()->composing(), "path.key=value in place of the file's; repeatable") //
      ("output,o", po::value<std::string>(),
       "output folder (default: runs/<config name>), which the same command resumes; report: the page")         //
      ("resume", po::value<std::string>(), "train: step=N, the checkpoint to go on from (default: the newest)") //
      ("allow-change", "train: go on where the configuration changed in more than logging and saving")          //
      ("profile", po::value<std::int64_t>(),
       "train: trace N steps of this start, after some of warm-up, into profile/ of the run folder, for Perfetto") //
      ("array-task", po::value<std::string>(), "sweep: K/N, part K of N of the runs, those of a chain together")   //
      ("predictions", po::value<std::vector<std::string>>()->composing(),
       "evaluate: a file of predictions to judge, without a configuration; repeatable")                   //
      ("sheet", "inspect: write sheet.html, a page of a data set's images by subgroup, with what failed") //
      ("json", "doctor, plan --cluster: what was found as JSON in place of the table")                    //
      ("cluster", po::value<std::string>(),
       "plan: file of a cluster (configs/clusters): time of a step, efficiency and hours on its nodes")                     //
      ("measured", po::value<std::string>(), "plan --cluster: folder of a training whose rate each rank is taken to reach") //
      ("parity", "doctor: whether this rank's GPU computes what its CPU computes, and nothing else")                        //
      ("ranks-per-node", po::value<int>(), "doctor: the number that there shall be")                                        //
      ("least-rate", po::value<double>(), "doctor: GB/s that an all-reduce between two nodes shall reach")                  //
      ("deep", "verify: decode every image and compare its pixels")                                                         //
      ("help,h", "this text")                                                                                               //
      ("version", "version, revision and compiler");
  return options;
}

std::string help_text() {
  std::ostringstream text;
  text << "Usage: radforge COMMAND [ARGUMENT] [--set path.key=value ...] [--output DIR]\n"
          "alone or under mpirun or srun; the same command resumes.\n\nCommands\n";
  for (const Command& command : commands()) {
    text << fmt::format("  {:<9} {:<12} {}\n", command.name, command.argument, command.help);
  }
  text << '\n' << visible_options();
  text << "\nExit codes: 0 done, 2 usage or configuration, 3 data, 4 input/output, 5 communication, 6 divergence, 70 internal,\n"
          "73 output folder owned by another run, 75 stopped on request and resumable, 78 a node that is not fit for work.\n";
  return text.str();
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
  for (const char* option : {"resume", "allow-change", "profile"}) {
    if (values.count(option) > 0 && line.command != "train") {
      throw ConfigError("--{} is an option of train (radforge {} has none like it). See radforge --help", option, line.command);
    }
  }
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
  if (!is_sweep && (values.count("file") > 0 || values.count("array-task") > 0)) {
    throw ConfigError("radforge {} takes one argument and no --array-task (those are of sweep). See radforge --help",
                      line.command);
  }
  if (is_sweep && values.count("set") > 0) {
    throw ConfigError("radforge sweep takes no --set (its file says what is set for which run). Write it there");
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
  for (const char* option : {"parity", "ranks-per-node", "least-rate"}) {
    if (values.count(option) > 0 && line.command != "doctor") {
      throw ConfigError("--{} is an option of doctor (radforge {} has none like it). See radforge --help", option, line.command);
    }
  }
  line.checks_parity = values.count("parity") > 0;
  line.ranks_per_node = values.count("ranks-per-node") > 0 ? values["ranks-per-node"].as<int>() : 0;
  line.least_gb_s = values.count("least-rate") > 0 ? values["least-rate"].as<double>() : 0;
  if (line.ranks_per_node < 0 || !(line.least_gb_s >= 0)) {
    throw ConfigError("--ranks-per-node and --least-rate are not negative. See radforge --help");
  }
}

void read_options_of_plan(const po::variables_map& values, CommandLine& line) {
  for (const char* option : {"cluster", "measured"}) {
    if (values.count(option) > 0 && line.command != "plan") {
      throw ConfigError("--{} is an option of plan (radforge {} has none like it). See radforge --help", option, line.command);
    }
  }
  const bool has_cluster = values.count("cluster") > 0;
  line.writes_json = values.count("json") > 0;
  if (line.writes_json && line.command != "doctor" && !has_cluster) {
    throw ConfigError(
        "--json is an option of doctor and of plan --cluster (there is no JSON of radforge {}). See radforge --help",
        line.command);
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
  if (line.command != "evaluate" || values.count("argument") > 0) {
    throw ConfigError(
        "--predictions goes with evaluate and no configuration (a file of those names its own). See radforge --help");
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
  po::options_description all = visible_options();
  all.add_options()("command", po::value<std::string>())("argument",
                                                         po::value<std::string>())("file", po::value<std::vector<std::string>>());
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
  if (values.count("help") > 0 || values.count("command") == 0) {
    parsed.text = help_text();
    return parsed;
  }
  parsed.line.command = values["command"].as<std::string>();
  parsed.command = &find_command(parsed.line.command);
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
  if (parsed.line.writes_sheet && parsed.line.command != "inspect") {
    throw ConfigError("--sheet is an option of inspect (radforge {} has none like it). See radforge --help", parsed.line.command);
  }
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
