#include "html_page.hpp"

#include "radforge/core/base64.hpp"

#include <fmt/format.h>

namespace radforge {

HtmlPage::HtmlPage(const std::string& title) : title_(title), body_("<h1>" + text(title) + "</h1>\n") {}

void HtmlPage::heading(const std::string& words) { body_ += "<h2>" + text(words) + "</h2>\n"; }

void HtmlPage::begin_table(const std::vector<std::string>& columns) {
  body_ += "<table>\n<tr>";
  for (const std::string& column : columns) {
    body_ += "<th>" + text(column) + "</th>";
  }
  body_ += "</tr>\n";
}

void HtmlPage::row(const std::vector<std::string>& cells) {
  body_ += "<tr>";
  for (const std::string& cell : cells) {
    body_ += "<td>" + cell + "</td>";
  }
  body_ += "</tr>\n";
}

void HtmlPage::end_table() { body_ += "</table>\n"; }

std::string HtmlPage::html() const {
  return fmt::format("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{}</title>\n<style>\n"
                     "body {{ font: 13px sans-serif; background: #111; color: #ddd; margin: 1em; }}\n"
                     "td, th {{ border-top: 1px solid #444; padding: 4px 8px; text-align: left; vertical-align: top; }}\n"
                     "figure {{ display: inline-block; margin: 2px; width: 132px; vertical-align: top; }}\n"
                     "img {{ width: 128px; image-rendering: pixelated; }}\n"
                     "figcaption {{ font-size: 11px; color: #aaa; overflow-wrap: anywhere; }}\n"
                     "</style>\n</head>\n<body>\n{}</body>\n</html>\n",
                     text(title_), body_);
}

std::string HtmlPage::text(const std::string& words) {
  std::string html;
  for (const char c : words) {
    switch (c) {
    case '<':
      html += "&lt;";
      break;
    case '>':
      html += "&gt;";
      break;
    case '&':
      html += "&amp;";
      break;
    case '"':
      html += "&quot;";
      break;
    case '\n':
      html += "<br>";
      break;
    default:
      html += c;
    }
  }
  return html;
}

std::string HtmlPage::figure(const Image& image, const std::string& caption, const std::string& hint) {
  return fmt::format("<figure title=\"{}\"><img src=\"data:image/png;base64,{}\" alt=\"\"><figcaption>{}</figcaption></figure>\n",
                     text(hint), base64(encode_png(image)), text(caption));
}

} // namespace radforge
