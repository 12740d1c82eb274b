#include "radforge/report/html_page.hpp"

#include "page_style.hpp"

#include "radforge/core/base64.hpp"
#include "radforge/core/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace radforge {

namespace {

/// As the value of an HTML attribute, which is one line.
std::string attribute(std::string words) {
  std::ranges::replace(words, '\n', ' ');
  return HtmlPage::text(words);
}

/// Of a table that is taken out of the page.
std::string file_name_of(std::string name) {
  std::ranges::replace_if(
      name, [](char c) { return c == '/' || c == ' ' || c == ','; }, '-');
  return name;
}

std::string cell_html(const Cell& cell) {
  const std::string text = HtmlPage::text(cell.text);
  if (cell.shade) {
    return fmt::format("<td class=\"h\" style=\"--s:{:.2f}\">{}</td>", *cell.shade, text);
  }
  constexpr std::size_t long_words = 60; // which would stand in a narrow column of many lines
  if (!cell.exact && cell.text.size() > long_words) {
    return "<td class=\"w\">" + text + "</td>";
  }
  return cell.exact ? "<td class=\"n\">" + text + "</td>" : "<td>" + text + "</td>";
}

} // namespace

HtmlPage::HtmlPage(const std::string& title) : title_(title) {}

void HtmlPage::section(const std::string& words) {
  sections_.emplace_back(fmt::format("part-{}", sections_.size() + 1), words);
  body_ += fmt::format("<h2 id=\"{}\">{}</h2>\n", sections_.back().first, text(words));
}

void HtmlPage::heading(const std::string& words) { body_ += "<h3>" + text(words) + "</h3>\n"; }

void HtmlPage::paragraph(const std::string& words) { body_ += "<p>" + text(words) + "</p>\n"; }

void HtmlPage::add(const Table& table) { body_ += table_html(table); }

void HtmlPage::add(const Plot& plot, const Table& numbers, Numbers are) {
  const std::optional<std::string> svg = drawn(plot);
  if (!svg) {
    return add(numbers);
  }
  // As a picture of its own: names within one plot do not meet those of another.
  const std::string picture =
      fmt::format("<img src=\"data:image/svg+xml;base64,{}\" alt=\"{}\" width=\"{}\" height=\"{}\">", base64(*svg),
                  attribute("Plot: " + plot.title + ". Its numbers are in the table below."), plot.width, plot.height);
  if (are == Numbers::shown) {
    body_ += "<figure class=\"plot\">" + picture + "</figure>\n";
    return add(numbers);
  }
  body_ += fmt::format(
      "<figure class=\"plot\">{}<figcaption>{}</figcaption>\n<details><summary>Numbers of this plot</summary>\n{}</details>"
      "</figure>\n",
      picture, text(numbers.caption), table_html(numbers));
}

std::optional<std::string> HtmlPage::drawn(const Plot& plot) {
  std::string problem =
      "plots were left out, their tables are there (gnuplot is not installed) install gnuplot, Debian's gnuplot-nox, and "
      "write the page again";
  try {
    if (std::optional<std::string> svg = plot_svg(plot)) {
      return svg;
    }
  } catch (const IoError& error) {
    problem = fmt::format("the plot '{}' was left out: {}", plot.title, error.what());
  }
  if (std::ranges::find(problems_, problem) == problems_.end()) {
    problems_.push_back(problem);
  }
  return std::nullopt;
}

void HtmlPage::folded(const std::string& summary, const std::string& html) {
  body_ += fmt::format("<details><summary>{}</summary>\n{}</details>\n", text(summary), html);
}

std::string HtmlPage::table_html(const Table& table) {
  tables_.push_back(table);
  const std::string none = number_cell("").text;
  std::vector<bool> is_shown; // what has nothing in any row is in the files alone
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    is_shown.push_back(i == 0 || std::ranges::any_of(table.rows, [&](const std::vector<Cell>& row) {
                         return !row[i].text.empty() && row[i].text != none;
                       }));
  }
  std::string html =
      fmt::format("<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"{}\">\n<table>\n<caption>{}"
                  "<a download=\"{}.csv\" href=\"data:text/csv;charset=utf-8;base64,{}\">CSV</a></caption>\n<thead><tr>",
                  attribute(table.caption), text(table.caption), attribute(file_name_of(table.name)), base64(csv_of(table)));
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    html += is_shown[i] ? "<th scope=\"col\">" + text(table.columns[i]) + "</th>" : "";
  }
  html += "</tr></thead>\n<tbody>\n";
  for (const std::vector<Cell>& row : table.rows) {
    html += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i) {
      html += !is_shown[i] ? "" : i == 0 ? "<th scope=\"row\">" + text(row[i].text) + "</th>" : cell_html(row[i]);
    }
    html += "</tr>\n";
  }
  return html + "</tbody>\n</table>\n</div>\n";
}

void HtmlPage::begin_table(const std::vector<std::string>& columns) {
  body_ += "<table>\n<tr>";
  for (const std::string& column : columns) {
    body_ += "<th scope=\"col\">" + text(column) + "</th>";
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
  std::string contents;
  for (const auto& [id, words] : sections_) {
    contents += fmt::format("<li><a href=\"#{}\">{}</a></li>\n", id, text(words));
  }
  if (!contents.empty()) {
    contents = "<nav aria-label=\"Contents\"><ul>\n" + contents + "</ul></nav>\n";
  }
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<link rel=\"icon\" href=\"data:,\">\n"
      "<title>{0}</title>\n<style>{1}</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#content\">To the content</a>\n"
      "<header><h1>{0}</h1>\n{2}</header>\n<main id=\"content\">\n{3}</main>\n</body>\n</html>\n",
      text(title_), page_style, contents, body_);
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
  return fmt::format(
      "<figure class=\"small\" title=\"{}\"><img src=\"data:image/png;base64,{}\" alt=\"{}\"><figcaption>{}</figcaption>"
      "</figure>\n",
      attribute(hint), base64(encode_png(image)), attribute(hint), text(caption));
}

std::string HtmlPage::picture(const Image& image, const std::string& caption, int max_width) {
  const double scale = image.width > max_width ? static_cast<double>(max_width) / image.width : 1;
  const Image small =
      scale < 1 ? resize(image, static_cast<int>(std::lround(image.height * scale)), max_width, Filter::bilinear) : image;
  return fmt::format(
      "<figure class=\"picture\"><img src=\"data:image/png;base64,{}\" alt=\"{}\" width=\"{}\" height=\"{}\"><figcaption>{}"
      "</figcaption></figure>\n",
      base64(encode_png(small)), attribute(caption), small.width, small.height, text(caption));
}

} // namespace radforge
