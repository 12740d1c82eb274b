#include "../../../src/data/mimic_report.hpp"

#include <catch2/catch.hpp>

using namespace radforge;

TEST_CASE("report: the impression, or else the findings") {
  CHECK(read_report(" FINDINGS:  Clear.\n\n IMPRESSION:\n\n  No acute\n   process.  \n").text == "No acute process.");
  CHECK(read_report(" IMPRESSION: First.\n FINDINGS: Clear.\n").text == "First.");
  CHECK(read_report(" FINDINGS: Clear.\n").text == "Clear.");
  CHECK(read_report(" FINDINGS: Clear.\n IMPRESSION:\n \n").text == "Clear.");
  CHECK(read_report("CONCLUSION: Done.\r\nFINDINGS: Clear.\r\n").text == "Done.");
  CHECK(read_report("FINDINGS AND IMPRESSION: Both.\n").text == "Both.");
  CHECK(read_report(" PORTABLE CHEST\n Clear.\n").text.empty());
  CHECK(read_report("").text.empty());
}

TEST_CASE("report: headings are capitals, or known names, at a line's beginning") {
  CHECK(read_report("Impression: Small.\nComparison: none\n").text == "Small.");
  CHECK(read_report("impression: Small.\n").text == "Small.");
  CHECK(read_report("IMPRESSION: See findings: they say so.\n Heart: large.\nRECOMMENDATION(S): CT.\n").text ==
        "See findings: they say so. Heart: large.");
  CHECK(read_report("IMPRESSION: At 10:32, ___: told.\n").text == "At 10:32, ___: told.");
  CHECK(read_report("  the impression: no heading\n").text.empty());
}

TEST_CASE("report: sections end with their part, and the last that says something holds") {
  CHECK(read_report("IMPRESSION: One.\n__________\nIMPRESSION: Two.\n").text == "Two.");
  CHECK(read_report("IMPRESSION: One.\n__________\nIMPRESSION:\n").text == "One.");
  CHECK(read_report("IMPRESSION: One.\n   FINAL REPORT\n Not of it.\n").text == "One.");
  CHECK(read_report("IMPRESSION: One.\n____________________\n Signed.\n").text == "One.");
  CHECK(read_report("IMPRESSION: Dr. ___\n ___ was told.\n").text == "Dr. ___ ___ was told.");
}

TEST_CASE("report: long text is cut between words, and says so") {
  std::string words;
  while (words.size() < 3000) {
    words += "opacity ";
  }
  const ReportText report = read_report("IMPRESSION: " + words);
  CHECK(report.truncated);
  CHECK(report.text.size() <= ReportText::max_bytes);
  CHECK(report.text.size() > ReportText::max_bytes - 9);
  CHECK(report.text.ends_with("opacity"));
  const std::string just = std::string(ReportText::max_bytes, 'x');
  CHECK_FALSE(read_report("IMPRESSION: " + just).truncated);
  CHECK(read_report("IMPRESSION: " + just + "x").text.empty());
  CHECK(read_report("IMPRESSION: " + just + " y").text == just);
}

TEST_CASE("report: bytes that are not UTF-8 become gaps between words") {
  CHECK(read_report("IMPRESSION: 5 \xB5m, caf\xC3\xA9\xFF\xFE.\n").text == "5 m, caf\u00e9 .");
}
