#include "radforge/report/html_page.hpp"

#include <catch2/catch.hpp>

using namespace radforge;

TEST_CASE("a table has its rows' names, its numbers as CSV, and no empty column") {
  HtmlPage page("page");
  page.section("part & one");
  page.add(Table{"a/b c", "caption", {"name", "value", "nothing"}, {{"one", number_cell("0.12345"), number_cell("")}}});
  const std::string html = page.html();
  CHECK(html.find("<th scope=\"row\">one</th><td class=\"n\">0.123</td></tr>") != std::string::npos);
  CHECK(html.find("<th scope=\"col\">nothing</th>") == std::string::npos);
  CHECK(html.find("download=\"a-b-c.csv\"") != std::string::npos);
  CHECK(html.find("<a href=\"#part-1\">part &amp; one</a>") != std::string::npos);
  REQUIRE(page.tables().size() == 1);
  CHECK(page.tables().front().rows.front()[2].in_full().empty());
}

TEST_CASE("text on a page is text, whatever it says") {
  CHECK(HtmlPage::text("a < b & \"c\"\n<script>") == "a &lt; b &amp; &quot;c&quot;<br>&lt;script&gt;");
  HtmlPage page("<x>");
  page.begin_table({"<y>"});
  page.row({HtmlPage::figure({2, 2, 1, {1, 2, 3, 4}}, "<z>", "\"><script>")});
  page.end_table();
  const std::string html = page.html();
  CHECK(html.find("<script") == std::string::npos);
  CHECK(html.find("&lt;x&gt;") != std::string::npos);
  CHECK(html.find("data:image/png;base64,iVBORw0KGgo") != std::string::npos);
}
