#include "../../../src/cli/parse.hpp"

#include "../../../src/cli/option.hpp"

#include "radforge/core/error.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

using namespace radforge;

namespace {

ParsedArguments parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "radforge");
  return parse_arguments(static_cast<int>(arguments.size()), arguments.data());
}

} // namespace

TEST_CASE("a command line is taken apart, options before or behind") {
  const ParsedArguments parsed = parse({"train", "--set", "a.b=1", "c.yaml", "--output", "out", "--set", "d=[1, 2]"});
  REQUIRE(parsed.command != nullptr);
  CHECK(std::string(parsed.command->name) == "train");
  CHECK(parsed.line.config == "c.yaml");
  CHECK(parsed.line.output == "out");
  CHECK(parsed.line.overrides == std::vector<std::string>({"a.b=1", "d=[1, 2]"}));
}

TEST_CASE("a training run is told where to go on, and no other command is") {
  const CommandLine line = parse({"train", "c.yaml", "--resume", "step=120", "--allow-change"}).line;
  CHECK(line.resume_step == 120);
  CHECK(line.allow_change);
  CHECK_FALSE(parse({"train", "c.yaml"}).line.resume_step);
  CHECK_FALSE(parse({"train", "c.yaml"}).line.allow_change);
  for (const char* text : {"120", "step=", "step=x", "step=1x", "step=0", "step=-3", "steps=3", "st"}) {
    CHECK_THROWS_WITH(parse({"train", "c.yaml", "--resume", text}), Catch::Contains("step=N"));
  }
  CHECK_THROWS_WITH(parse({"generate", "c.yaml", "--resume", "step=3"}), Catch::Contains("--resume is an option of train"));
  CHECK_THROWS_AS(parse({"prepare", "c.yaml", "--allow-change"}), ConfigError);
}

TEST_CASE("a training run is told how many of its steps to trace, and no other command is") {
  CHECK(parse({"train", "c.yaml", "--profile", "3"}).line.profile_steps == 3);
  CHECK(parse({"train", "c.yaml"}).line.profile_steps == 0);
  for (const char* text : {"0", "-2", "many", "3x", ""}) {
    CHECK_THROWS_AS(parse({"train", "c.yaml", "--profile", text}), ConfigError);
  }
  CHECK_THROWS_WITH(parse({"generate", "c.yaml", "--profile", "3"}), Catch::Contains("--profile is an option of train"));
}

TEST_CASE("a sweep is run, in part or in whole, or asked what became of it") {
  const CommandLine whole = parse({"sweep", "configs/demo/finetune.yaml"}).line;
  CHECK_FALSE(whole.shows_status);
  CHECK(whole.array_task == 0);
  const CommandLine status = parse({"sweep", "status", "configs/demo/finetune.yaml"}).line;
  CHECK(status.shows_status);
  CHECK(status.config == "configs/demo/finetune.yaml");
  CHECK(status.output == "runs/demo/finetune");
  const CommandLine part = parse({"sweep", "s.yaml", "--array-task", "3/4"}).line;
  CHECK(part.array_task == 3);
  CHECK(part.num_array_tasks == 4);
  for (const char* text : {"3", "0/4", "5/4", "-1/4", "1/x", "1/2x", "/2", ""}) {
    CHECK_THROWS_WITH(parse({"sweep", "s.yaml", "--array-task", text}), Catch::Contains("K/N"));
  }
  CHECK_THROWS_WITH(parse({"sweep", "list", "s.yaml"}), Catch::Contains("there is status"));
  CHECK(parse({"sweep", "s.yaml", "--set", "a=1"}).line.overrides == std::vector<std::string>{"a=1"});
  CHECK_THROWS_WITH(parse({"train", "c.yaml", "d.yaml"}), Catch::Contains("takes one argument"));
  CHECK_THROWS_AS(parse({"train", "c.yaml", "--array-task", "1/2"}), ConfigError);
}

TEST_CASE("the output folder is named by the configuration") {
  CHECK(default_output("configs/demo/diffusion.yaml") == "runs/demo/diffusion");
  CHECK(default_output("/somewhere/configs/train/./roentgen-v2.yaml") == "runs/train/roentgen-v2");
  CHECK(default_output("mine.yaml") == "runs/mine");
  CHECK(default_output("../elsewhere/mine.v2.yaml") == "runs/mine.v2");
  CHECK(default_output("models/sd-v1.5/") == "runs/sd-v1.5");
  CHECK(default_output("models/v2.1.safetensors") == "runs/v2.1");
  CHECK(parse({"train", "configs/demo/diffusion.yaml"}).line.output == "runs/demo/diffusion");
}

TEST_CASE("a separator behind a folder does not change which folder is meant") {
  const ParsedArguments parsed = parse({"export", "runs/x/pipeline/", "--output", "card/"});
  CHECK(parsed.line.config == "runs/x/pipeline");
  CHECK(parsed.line.output == "card");
  CHECK(parse({"import", "sd1/"}).line.output == "runs/sd1");
}

TEST_CASE("help lists every command, and no command at all asks for it") {
  for (const ParsedArguments& parsed : {parse({"--help"}), parse({}), parse({"--manual"}), parse({"--completion"})}) {
    REQUIRE(parsed.text);
    for (const Command& command : commands()) {
      CHECK_THAT(*parsed.text, Catch::Contains(command.name));
    }
  }
  CHECK_THAT(*parse({"--version"}).text, Catch::StartsWith("radforge "));
}

TEST_CASE("help of a command has its own options and an example that can be called") {
  for (const Command& command : commands()) {
    CAPTURE(command.name);
    const ParsedArguments help = parse({command.name, "--help"});
    REQUIRE(help.text);
    CHECK_THAT(*help.text, Catch::Contains(std::string("radforge ") + command.name) && Catch::Contains(command.example));
    for (const Option& option : options()) {
      if (!option.commands.empty()) {
        CHECK((help.text->find(fmt::format("--{}", option.name)) != std::string::npos) == has_option(command, option));
      }
    }
    std::istringstream words(command.example);
    std::vector<std::string> arguments(std::istream_iterator<std::string>(words), {});
    arguments.erase(arguments.begin(), std::ranges::find(arguments, "radforge") + 1);
    std::vector<const char*> pointers;
    std::ranges::transform(arguments, std::back_inserter(pointers), [](const std::string& word) { return word.c_str(); });
    CHECK(parse(pointers).command == &command);
  }
}

TEST_CASE("every command of an option is one") {
  for (const Option& option : options()) {
    std::istringstream names{std::string(option.commands)};
    for (std::string name; names >> name;) {
      CHECK(std::ranges::count(commands(), name, [](const Command& command) { return std::string(command.name); }) == 1);
    }
  }
}

TEST_CASE("a command line that makes no sense is a usage error") {
  CHECK_THROWS_WITH(parse({"trian", "c.yaml"}), Catch::Contains("'trian'") && Catch::Contains("train"));
  CHECK_THROWS_WITH(parse({"train"}), Catch::Contains("CONFIG.yaml"));
  CHECK_THROWS_AS(parse({"train", "a.yaml", "b.yaml"}), ConfigError);
  CHECK_THROWS_AS(parse({"train", "a.yaml", "--outptu", "x"}), ConfigError);
  CHECK_THROWS_AS(parse({"train", "a.yaml", "--set"}), ConfigError);
}

TEST_CASE("predictions take the place of a configuration") {
  const CommandLine line =
      parse({"evaluate", "--predictions", "runs/arm 1/pipeline/predictions.h5", "--predictions", "a\"b.csv", "--set", "seed=3"})
          .line;
  CHECK(line.config_text == "task: classification\nmodels:\n"
                            "  - {name: \"arm 1\", predictions: [\"runs/arm 1/pipeline/predictions.h5\"]}\n"
                            "  - {name: \"a\\\"b\", predictions: [\"a\\\"b.csv\"]}\n");
  CHECK(line.overrides == std::vector<std::string>{"seed=3"});
  CHECK(line.output == "runs/arm 1");
  CHECK_THROWS_WITH(parse({"train", "--predictions", "a.csv"}), Catch::Contains("--predictions is an option of evaluate"));
  CHECK_THROWS_WITH(parse({"evaluate", "c.yaml", "--predictions", "a.csv"}),
                    Catch::Contains("--predictions goes with no configuration"));
  CHECK_THROWS_WITH(parse({"evaluate"}), Catch::Contains("needs CONFIG.yaml"));
}
