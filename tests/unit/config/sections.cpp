#include "example.hpp"

#include "radforge/config/classifier_run_config.hpp"
#include "radforge/config/evaluation_config.hpp"
#include "radforge/config/generate_config.hpp"
#include "radforge/config/image_quality_config.hpp"
#include "radforge/config/label_map_config.hpp"
#include "radforge/config/model_config.hpp"
#include "radforge/config/prepare_config.hpp"
#include "radforge/config/scaling_config.hpp"
#include "radforge/config/sweep_config.hpp"
#include "radforge/config/train_config.hpp"

#include <catch2/catch.hpp>

#include <random>
#include <sstream>

using namespace radforge;
using Catch::Matchers::Contains;

namespace {

/// One line of a dump: the values that its key must refuse, as YAML.
struct Line {
  std::vector<std::string> wrong;
  bool leaf = true;
};

/// Walks a description in the order of the dump's lines.
class LineCollector final : public Schema {
 public:
  explicit LineCollector(std::vector<Line>& lines) : lines_(lines) {}

  void field(const char*, bool&, const char*) override { add({"yes", "1", "[true]", "\"true\"", "{a: 1}", "null"}); }
  void field(const char*, std::int64_t&, IntRange range, const char*) override {
    add({"x", "1.5", "\"1\"", "[1]", "{a: 1}", "null", "9223372036854775808"});
    if (range.least > std::numeric_limits<std::int64_t>::min()) {
      lines_.back().wrong.push_back(std::to_string(range.least - 1));
    }
    if (range.most < std::numeric_limits<std::int64_t>::max()) {
      lines_.back().wrong.push_back(std::to_string(range.most + 1));
    }
  }
  void field(const char*, double&, RealRange range, const char*) override {
    add({"x", "\"1\"", "[1]", "{a: 1}", "null", ".inf", "nan"});
    REQUIRE(range.least > -1e300); // every real setting has a range
    REQUIRE(range.most < 1e300);
    lines_.back().wrong.push_back(std::to_string(range.least - 1));
    lines_.back().wrong.push_back(std::to_string(range.most + 1));
  }
  void field(const char*, std::string&, const char*) override { add({"[a]", "{a: 1}", "null"}); }
  void field(const char*, std::string&, const Choices&, const char*) override {
    add({"no_such_choice", "[a]", "{a: 1}", "null"});
  }
  void field(const char*, std::vector<std::int64_t>&, IntRange range, const char*) override {
    add({"1", "[x]", "{a: 1}", "null", "[null]", "[[1]]", "[" + std::to_string(range.least - 1) + "]",
         "[" + std::to_string(range.most + 1) + "]"});
  }
  void field(const char*, std::vector<std::string>&, const char*) override { add({"a", "[[a]]", "{a: 1}", "null", "[null]"}); }
  void field(const char*, std::vector<std::string>&, const Choices&, const char*) override {
    add({"a", "[no_such_choice]", "{a: 1}", "null", "[null]"});
  }
  void section(const char*, const char*, const std::function<void(Schema&)>& describe_it) override {
    lines_.push_back({{}, false});
    describe_it(*this);
  }
  void list(const char*, const char*, std::size_t count, const std::function<void(std::size_t)>&,
            const std::function<void(Schema&, std::size_t)>& describe_item) override {
    lines_.push_back({{}, false});
    for (std::size_t i = 0; i < count; ++i) {
      describe_item(*this, i);
    }
  }
  void check(bool holds, std::string_view problem) override {
    CAPTURE(problem);
    CHECK(holds);
    CHECK_THAT(std::string(problem), Contains(" (") && Contains(") "));
  }

 private:
  void add(std::vector<std::string> wrong) { lines_.push_back({std::move(wrong), true}); }

  std::vector<Line>& lines_;
};

std::vector<std::string> split_lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(line);
  }
  return lines;
}

std::string join(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) {
    text += line + "\n";
  }
  return text;
}

template <class Config>
void check_refused(const std::string& text, std::size_t line) {
  CAPTURE(text);
  Config config;
  const std::string message = error_of<ConfigError>([&] { parse_config(text, "x.yaml", {}, describes(config)); });
  CHECK_THAT(message, Contains("x.yaml:" + std::to_string(line) + ":"));
}

/// Every key mutated: misspelt, twice, and with each wrong value.
template <class Config>
void check_every_key(Config valid) {
  const std::string dump = dump_config(describes(valid));
  const std::vector<std::string> text = split_lines(dump);
  std::vector<Line> lines;
  LineCollector collector(lines);
  describe(collector, valid);
  REQUIRE(lines.size() == text.size());

  Config again;
  parse_config(dump, "x.yaml", {}, describes(again));
  CHECK(dump_config(describes(again)) == dump);
  CHECK(split_lines(document_config(describes(valid))).size() == text.size() + 2);

  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t colon = text[i].find(':');
    auto misspelt = text;
    misspelt[i].insert(colon, "q");
    check_refused<Config>(join(misspelt), i + 1);
    if (!lines[i].leaf) {
      continue;
    }
    auto twice = text;
    std::string copy = text[i];
    if (const std::size_t dash = copy.find("- "); dash < colon) {
      copy[dash] = ' ';
    }
    twice.insert(twice.begin() + static_cast<std::ptrdiff_t>(i) + 1, copy);
    check_refused<Config>(join(twice), i + 2);
    for (const std::string& wrong : lines[i].wrong) {
      auto mutated = text;
      mutated[i] = text[i].substr(0, colon + 1) + " " + wrong;
      check_refused<Config>(join(mutated), i + 1);
    }
  }
}

PrepareConfig valid_prepare() {
  PrepareConfig config;
  config.sites = {{.name = "nih", .root = "data/nih"}};
  config.findings = {"Effusion"};
  return config;
}

LabelMapConfig valid_label_map() {
  LabelMapConfig config;
  config.findings = {{"Effusion", {"Pleural Effusion"}, {}, {"pleural effusion", "empyema"}, {}}};
  return config;
}

AutoencoderRunConfig valid_autoencoder() {
  AutoencoderRunConfig config;
  config.data.sources = {{.dataset = "runs/prepare"}};
  return config;
}

DiffusionRunConfig valid_diffusion() {
  DiffusionRunConfig config;
  config.data.sources = {{.dataset = "runs/prepare"}};
  config.autoencoder = "runs/autoencoder";
  return config;
}

GenerateConfig valid_generate() {
  GenerateConfig config;
  config.pipeline = "runs/diffusion";
  config.cohort.weights = {{.sex = "F"}};
  config.quality.networks.resize(1);
  config.quality.networks[0].network = "runs/sex";
  return config;
}

ImageQualityConfig valid_image_quality() {
  ImageQualityConfig config;
  config.real = {{.dataset = "runs/prepare"}};
  config.synthetic = {{.dataset = "runs/generate"}};
  config.training = {{.dataset = "runs/prepare"}};
  config.features.resize(1);
  config.condition.resize(1);
  config.condition[0].network = "runs/sex";
  return config;
}

ScalingConfig valid_scaling() {
  ScalingConfig config;
  config.sweep = "runs/sweep";
  config.measures.resize(1);
  config.measures[0].name = "loss";
  config.measures[0].trainings = "train";
  config.budgets.resize(1);
  return config;
}

} // namespace

TEST_CASE("every key of prepare refuses what is wrong, with its line") { check_every_key(valid_prepare()); }
TEST_CASE("every key of a label map refuses what is wrong, with its line") { check_every_key(valid_label_map()); }
TEST_CASE("every key of task autoencoder refuses what is wrong, with its line") { check_every_key(valid_autoencoder()); }
TEST_CASE("every key of task diffusion refuses what is wrong, with its line") { check_every_key(valid_diffusion()); }
TEST_CASE("every key of generate refuses what is wrong, with its line") { check_every_key(valid_generate()); }
TEST_CASE("every key of task image-quality refuses what is wrong, with its line") { check_every_key(valid_image_quality()); }
TEST_CASE("every key of task classifier refuses what is wrong, with its line") {
  ClassifierRunConfig config;
  config.data.sources = {{.dataset = "data"}};
  check_every_key(config);
}
TEST_CASE("every key of a sweep refuses what is wrong, with its line") {
  SweepConfig config;
  config.axes = {{"seed", "seed", {{"1", {"train.steps=3"}}}}};
  config.runs = {{.name = "real", .config = "real.yaml"}};
  check_every_key(config);
}
TEST_CASE("every key of task classification refuses what is wrong, with its line") {
  EvaluationConfig config;
  config.models = {{.name = "m", .predictions = {}, .network = "runs/m", .columns = {}, .arm = "a"}};
  config.images = {{.dataset = "runs/prepare"}};
  config.averages = {{"findings", {"Edema"}}};
  check_every_key(config);
}
TEST_CASE("every key of task scaling refuses what is wrong, with its line") { check_every_key(valid_scaling()); }
TEST_CASE("every key of a classifier refuses what is wrong, with its line") { check_every_key(ClassifierConfig{}); }

TEST_CASE("rules across fields are enforced") {
  const auto broken = [](auto config, const std::string& override_text) {
    const std::string dump = dump_config(describes(config));
    return error_of<ConfigError>([&] { parse_config(dump, "x.yaml", {override_text}, describes(config)); });
  };
  CHECK_THAT(broken(valid_prepare(), "sites=[]"), Contains("sites is empty"));
  CHECK_THAT(broken(ClassifierConfig{}, "num_blocks=[]"), Contains("num_blocks has no stage"));
  CHECK_THAT(broken(ClassifierConfig{}, "num_blocks=[1, 1, 1, 1, 1, 1, 1, 1, 1]"), Contains("more than 8"));
  CHECK_THAT(broken(valid_prepare(), "sites.0.name=''"), Contains("sites.0: name is missing"));
  CHECK_THAT(broken(valid_prepare(), "sites.0.name=a/b"), Contains("name holds a '/'"));
  CHECK_THAT(broken(valid_prepare(), "sites.0.root=''"), Contains("root is missing"));
  CHECK_THAT(broken(valid_prepare(), "findings=[A, A]"), Contains("names a column twice"));
  CHECK_THAT(broken(valid_prepare(), "split.train=0.95"), Contains("split: train + validation is above 1"));
  PrepareConfig two_sites = valid_prepare();
  two_sites.sites.push_back(two_sites.sites[0]);
  CHECK_THAT(broken(two_sites, "seed=2"), Contains("the same name"));
  CHECK_THAT(broken(valid_autoencoder(), "data.sources.0.dataset=''"), Contains("dataset is missing"));
  CHECK_THAT(broken(valid_autoencoder(), "autoencoder.norm_num_groups=7"), Contains("not multiples of norm_num_groups"));
  CHECK_THAT(broken(valid_autoencoder(), "autoencoder.block_out_channels=[]"), Contains("block_out_channels is empty"));
  CHECK_THAT(broken(valid_autoencoder(), "autoencoder.sample_size=66"), Contains("cannot be halved"));
  CHECK_THAT(broken(valid_diffusion(), "autoencoder=''"), Contains("autoencoder and pipeline are missing"));
  CHECK_THAT(broken(valid_diffusion(), "unet.num_attention_heads=[2, 4]"), Contains("differ in length"));
  CHECK_THAT(broken(valid_diffusion(), "unet.num_attention_heads=[2, 4, 5]"), Contains("not multiples of num_attention_heads"));
  CHECK_THAT(broken(valid_diffusion(), "unet.sample_size=18"), Contains("cannot be halved"));
  CHECK_THAT(broken(valid_diffusion(), "unet.cross_attention_dim=64"), Contains("differs from text_encoder.hidden_size"));
  CHECK_THAT(broken(valid_diffusion(), "unet.out_channels=8"), Contains("differs from unet.out_channels"));
  CHECK_THAT(broken(valid_diffusion(), "text_encoder.num_attention_heads=5"), Contains("not a multiple of num_attention_heads"));
  CHECK_THAT(broken(valid_diffusion(), "diffusion.beta_start=0.5"), Contains("beta_start is above beta_end"));
  CHECK_THAT(broken(valid_scaling(), "sweep=''"), Contains("sweep is missing"));
  CHECK_THAT(broken(valid_scaling(), "measures=[]"), Contains("measures is empty"));
  CHECK_THAT(broken(valid_scaling(), "measures.0.trainings=''"), Contains("trainings is missing"));
  CHECK_THAT(broken(valid_scaling(), "measures.0.key=''"), Contains("key is missing"));
  CHECK_THAT(broken(valid_scaling(), "measures.0.entry=judge"), Contains("entry and source do not fit"));
  CHECK_THAT(broken(valid_scaling(), "measures.0.source=classification"), Contains("entry and source do not fit"));
  ScalingConfig named_twice = valid_scaling();
  named_twice.measures.push_back(named_twice.measures[0]);
  CHECK_THAT(broken(named_twice, "seed=2"), Contains("a name twice"));
  CHECK_THAT(broken(valid_generate(), "pipeline=''"), Contains("pipeline is missing"));
  CHECK_THAT(broken(valid_generate(), "cohort.views=[]"), Contains("is empty (the cohort is every combination)"));
  DiffusionRunConfig noise_alone = valid_diffusion();
  noise_alone.diffusion.rescale_betas_zero_snr = true;
  CHECK_THAT(broken(noise_alone, "diffusion.prediction_type=epsilon"), Contains("rescale_betas_zero_snr is on"));
  GenerateConfig euler = valid_generate();
  euler.sampler.name = "euler_ancestral";
  CHECK_THAT(broken(euler, "sampler.eta=0.5"), Contains("sampler: eta is not 0"));
  CHECK_THAT(broken(euler, "sampler.sigmas=karras"), Contains("sampler: sigmas is karras"));
  GenerateConfig interval = valid_generate();
  interval.sampler.guidance_interval.lowest = 0.5;
  CHECK_THAT(broken(interval, "sampler.guidance_interval.highest=0.4"), Contains("guidance_interval: lowest is above highest"));
}

TEST_CASE("damaged text gives an error or a configuration, never anything else") {
  std::mt19937 random(7);
  DiffusionRunConfig valid = valid_diffusion();
  const std::string dump = dump_config(describes(valid));
  const std::string bytes = " \n:-[]{}#&*!|>'\"%@`,?\t~0a\\";
  for (int round = 0; round < 3000; ++round) {
    std::string text = dump.substr(0, dump.size() / (round % 3 + 1));
    for (int edit = 0; edit < 3; ++edit) {
      text[random() % text.size()] = bytes[random() % bytes.size()];
    }
    DiffusionRunConfig config;
    try {
      parse_config(text, "x.yaml", {}, describes(config));
    } catch (const ConfigError& error) {
      CHECK_THAT(error.what(), Contains("x.yaml"));
    }
  }
}
