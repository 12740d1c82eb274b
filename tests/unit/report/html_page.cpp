#include "radforge/report/html_page.hpp"

#include <catch2/catch.hpp>

using namespace radforge;

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
