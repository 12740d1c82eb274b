#include "radforge/io/contact_sheet.hpp"

#include "radforge/core/error.hpp"

#include <algorithm>

namespace radforge {

namespace {

constexpr int gap = 2;        // pixels between images
constexpr int block_gap = 12; // pixels between the blocks
constexpr std::uint8_t background = 255;

int rows_of(const std::vector<Image>& images, int columns) { return (static_cast<int>(images.size()) + columns - 1) / columns; }

int width_of(const std::vector<Image>& images, int columns, int image_width) {
  const int used = std::min(static_cast<int>(images.size()), columns);
  return used == 0 ? 0 : used * (image_width + gap) - gap;
}

void paste(Image& sheet, const Image& image, int top, int left) {
  for (int y = 0; y < image.height; ++y) {
    const std::ptrdiff_t row = static_cast<std::ptrdiff_t>(image.width) * image.channels;
    const auto from = image.pixels.begin() + y * row;
    const auto place = (static_cast<std::ptrdiff_t>(top + y) * sheet.width + left) * image.channels;
    std::copy(from, from + row, sheet.pixels.begin() + place);
  }
}

void paste_block(Image& sheet, const std::vector<Image>& images, int columns, int left) {
  for (std::size_t i = 0; i < images.size(); ++i) {
    const int row = static_cast<int>(i) / columns;
    const int column = static_cast<int>(i) % columns;
    paste(sheet, images[i], gap + row * (images[i].height + gap), left + column * (images[i].width + gap));
  }
}

} // namespace

Image make_contact_sheet(const std::vector<Image>& left, const std::vector<Image>& right, int columns) {
  require(columns > 0 && !(left.empty() && right.empty()), "a contact sheet has images");
  const Image& any = left.empty() ? right.front() : left.front();
  for (const std::vector<Image>* block : {&left, &right}) {
    for (const Image& image : *block) {
      require(image.height == any.height && image.width == any.width && image.channels == any.channels,
              "images of a sheet are alike");
    }
  }
  const int left_width = width_of(left, columns, any.width);
  const int between = left.empty() || right.empty() ? 0 : block_gap;
  Image sheet;
  sheet.height = std::max(rows_of(left, columns), rows_of(right, columns)) * (any.height + gap) + gap;
  sheet.width = left_width + between + width_of(right, columns, any.width) + 2 * gap;
  sheet.channels = any.channels;
  sheet.pixels.assign(static_cast<std::size_t>(sheet.height) * static_cast<std::size_t>(sheet.width * sheet.channels),
                      background);
  paste_block(sheet, left, columns, gap);
  paste_block(sheet, right, columns, gap + left_width + between);
  return sheet;
}

} // namespace radforge
