#include "radforge/data/prompt.hpp"

#include "radforge/core/error.hpp"
#include "radforge/io/shard_writer.hpp"

#include <catch2/catch.hpp>

using namespace radforge;

namespace {

const std::string usual = "{age} year old {race} {sex}. {view} view. {findings}.";
const std::vector<std::string> names = {"No_Finding", "Cardiomegaly", "Pleural_Thickening", "COVID-19"};

SampleRecord full_record() {
  SampleRecord record;
  record.sex = "M";
  record.age = 57.9F;
  record.race = "Asian";
  record.view = "PA";
  record.findings = {0, 1, 1, -1};
  return record;
}

std::string with_report(const std::string& prompt_template, const SampleRecord& record, const std::string& report) {
  const RenderedPrompt prompt = render_prompt(prompt_template, record, report, names);
  CHECK_FALSE(prompt.cut);
  return prompt.text;
}

/// A report alone, as a shard holds it.
RenderedPrompt fitted(const std::string& report) { return render_prompt("{report}", SampleRecord{}, report, names); }

} // namespace

TEST_CASE("a prompt holds what is known") {
  SampleRecord record = full_record();
  CHECK(render_prompt(usual, record, names) == "57 year old Asian male. PA view. cardiomegaly, pleural thickening.");
  record.sex = "F";
  record.findings = {1, 0, 0, 0};
  CHECK(render_prompt(usual, record, names) == "57 year old Asian female. PA view. no finding.");
  record.findings = {0, 0, 0, 1};
  CHECK(render_prompt("{findings}", record, names) == "covid-19");
}

TEST_CASE("a present finding is named even where the table says No_Finding") {
  SampleRecord record = full_record();
  record.findings = {1, 1, 0, 0};
  CHECK(render_prompt("{findings}.", record, names) == "cardiomegaly.");
}

TEST_CASE("unknown fields leave no trace") {
  SampleRecord record = full_record();
  record.race.clear();
  CHECK(render_prompt(usual, record, names) == "57 year old male. PA view. cardiomegaly, pleural thickening.");
  record.age = -1;
  CHECK(render_prompt(usual, record, names) == "male. PA view. cardiomegaly, pleural thickening.");
  record.sex.clear();
  CHECK(render_prompt(usual, record, names) == "PA view. cardiomegaly, pleural thickening.");
  record.findings = {-1, -1, 0, 0};
  CHECK(render_prompt(usual, record, names) == "PA view.");
  record.view.clear();
  CHECK(render_prompt(usual, record, names).empty());
  record.age = 0;
  CHECK(render_prompt(usual, record, names) == "0 year old.");
}

TEST_CASE("a sentence without fields stays") {
  CHECK(render_prompt("Chest radiograph, e.g. {view}. {sex}", SampleRecord{}, names) == "Chest radiograph, e.g.");
  CHECK(render_prompt("", full_record(), names).empty());
  CHECK(render_prompt("Size 1.5. {sex}", full_record(), names) == "Size 1.5. male");
}

TEST_CASE("a field with a capital begins with one") {
  SampleRecord record = full_record();
  record.age = 54;
  record.sex = "F";
  record.race = "WHITE";
  record.findings = {0, 1, 1};
  const std::vector<std::string> own_names = {"No_Finding", "Cardiomegaly", "Pleural_Effusion"};
  const std::string mission = "{age} year old {race} {sex}. {Findings}.";
  CHECK(render_prompt(mission, record, own_names) == "54 year old WHITE female. Cardiomegaly, pleural effusion.");
  record.findings = {1, 0, 0};
  CHECK(render_prompt(mission, record, own_names) == "54 year old WHITE female. No finding.");
  record.findings = {-1, -1, -1};
  CHECK(render_prompt(mission, record, own_names) == "54 year old WHITE female.");
  CHECK(render_prompt("{Sex}, {Age}", record, own_names) == "Female, 54");
  CHECK(with_report("{Text}", record, "small effusion") == "Small effusion");
  CHECK(with_report("{Report}", record, "\u00e9panchement") == "\u00e9panchement");
  CHECK_THROWS_WITH(render_prompt("{Finding}", record, own_names), Catch::Matchers::Contains("findings"));
  CHECK_THROWS_AS(render_prompt("{FINDINGS}", record, own_names), ConfigError);
}

TEST_CASE("No Finding is no finding, however it is spelled") {
  SampleRecord record;
  record.findings = {1, 0};
  CHECK(render_prompt("{findings}", record, {"No Finding", "Edema"}) == "no finding");
  record.findings = {1, 1};
  CHECK(render_prompt("{findings}", record, {"No Finding", "Edema"}) == "edema");
}

TEST_CASE("a report passes through, and the findings stand in for it where there is none") {
  const SampleRecord record = full_record();
  const std::string report = "No acute process. Stable {heart} size.";
  CHECK(with_report("{age} year old {sex}. {report}", record, report) == "57 year old male. " + report);
  CHECK(with_report("{sex}. {report}.", record, report) == "male. " + report); // one stop, not two
  CHECK(with_report("{report}.", record, "Clear lungs") == "Clear lungs.");
  CHECK(with_report("{report}.", record, "Pneumonia?") == "Pneumonia?");
  CHECK(render_prompt("{sex}. {report}.", record, names) == "male.");
  CHECK(render_prompt("{report}.", record, names).empty());
  CHECK(with_report("{sex}. {text}.", record, report) == "male. " + report);
  CHECK(render_prompt("{sex}. {text}.", record, names) == "male. cardiomegaly, pleural thickening.");
  CHECK(render_prompt("{text}.", SampleRecord{}, names).empty());
}

TEST_CASE("a prompt that fits stays as it is") {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, max_prompt_bytes}) {
    const std::string report(size, 'a');
    CHECK(fitted(report).text == report);
    CHECK_FALSE(fitted(report).cut);
  }
}

TEST_CASE("a prompt that does not fit is cut behind a word, whatever is too long") {
  const std::string head(max_prompt_bytes - 4, 'a');
  const auto cut = [](const RenderedPrompt& prompt) {
    CHECK(prompt.cut);
    return prompt.text;
  };
  CHECK(cut(fitted(head + " bcd e")) == head + " bcd"); // the last word ends with the column
  CHECK(cut(fitted(head + " bcde")) == head);
  CHECK(cut(fitted(head + "    bcdef")) == head);
  CHECK(cut(fitted("one " + std::string(max_prompt_bytes, 'b'))) == "one");
  CHECK(cut(fitted(std::string(max_prompt_bytes + 1, 'b'))) == std::string(max_prompt_bytes, 'b'));
  CHECK(cut(render_prompt("{sex}. {report}. {view} view.", full_record(), head + " bcd", names)) == "male.");
  CHECK(cut(render_prompt(head + " bcde", SampleRecord{}, "", names)) == head);
  CHECK(render_prompt(head + " bcde", SampleRecord{}, names) == head + " bcde");
}

TEST_CASE("a word too long for the prompt is not cut within a character") {
  for (const std::string& character : {std::string("\u00e9"), std::string("\u20ac"), std::string("\U0001f600")}) {
    for (std::size_t lead = 0; lead < character.size(); ++lead) {
      std::string report(lead, 'a');
      while (report.size() <= max_prompt_bytes) {
        report += character;
      }
      const RenderedPrompt prompt = fitted(report);
      CAPTURE(character, lead);
      CHECK(prompt.cut);
      CHECK(prompt.text.size() <= max_prompt_bytes);
      CHECK(prompt.text.size() + character.size() > max_prompt_bytes);
      CHECK((prompt.text.size() - lead) % character.size() == 0);
    }
  }
}

TEST_CASE("a shard's column holds a cut prompt, and no more") {
  SampleRecord record;
  record.pixels = {0};
  RowPacker packer({.height = 1, .width = 1, .channels = 1, .findings = {}}, 1);
  record.prompt = fitted(std::string(600, 'a')).text;
  CHECK_NOTHROW(packer.pack(record));
  record.prompt += "a";
  CHECK_THROWS_AS(packer.pack(record), DataError);
}

TEST_CASE("a wrong template is a configuration error") {
  CHECK_THROWS_AS(render_prompt("{agee} years", full_record(), names), ConfigError);
  CHECK_THROWS_WITH(render_prompt("{agee} years", full_record(), names), Catch::Matchers::Contains("\"{agee}\""));
  CHECK_THROWS_AS(render_prompt("{age years", full_record(), names), ConfigError);
  CHECK_THROWS_AS(render_prompt("{}", full_record(), names), ConfigError);
}
