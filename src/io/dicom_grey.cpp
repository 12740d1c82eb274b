#include "dicom_grey.hpp"

#include "radforge/core/error.hpp"

#include "dicom_lut.hpp"
#include "image_codec.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

namespace radforge {
namespace {

std::optional<double> real_of(DcmItem& elements, const DcmTagKey& tag) {
  Float64 value = 0;
  return elements.findAndGetFloat64(tag, value, 0).good() && std::isfinite(value) ? std::optional<double>(value) : std::nullopt;
}

/// Stored value -> the modality's value (PS3.3 C.11.1).
class Modality {
 public:
  Modality(DcmItem& elements, const DicomFrame& frame, const std::string& name)
      : lut_(DicomLut::find(elements, DCM_ModalityLUTSequence, frame, name)),
        slope_(real_of(elements, DCM_RescaleSlope).value_or(1)), intercept_(real_of(elements, DCM_RescaleIntercept).value_or(0)) {
  }

  double operator()(double stored) const { return lut_ ? lut_->entry(stored) : slope_ * stored + intercept_; }

 private:
  std::optional<DicomLut> lut_;
  double slope_;
  double intercept_;
};

struct Window {
  enum class Shape { line, sigmoid };
  Shape shape = Shape::line;
  double center = 0; ///< of a line: half way up
  double width = 1;  ///< of a line: from black to white
};

/// The first window, if it is valid (PS3.3 C.11.2.1.2 and C.11.2.1.3).
std::optional<Window> find_window(DcmItem& elements) {
  const auto center = real_of(elements, DCM_WindowCenter);
  const auto width = real_of(elements, DCM_WindowWidth);
  const std::string function = text_of(elements, DCM_VOILUTFunction);
  if (!center || !width) {
    return std::nullopt;
  }
  if (function == "SIGMOID" || function == "LINEAR_EXACT") {
    const auto shape = function == "SIGMOID" ? Window::Shape::sigmoid : Window::Shape::line;
    return *width > 0 ? std::optional<Window>({shape, *center, *width}) : std::nullopt;
  }
  return *width >= 1 ? std::optional<Window>({Window::Shape::line, *center - 0.5, *width - 1}) : std::nullopt;
}

/// The modality's value -> 0 (black) to 1 (white).
class ValuesOfInterest {
 public:
  ValuesOfInterest(DcmItem& elements, const DicomFrame& frame, const std::string& name)
      : lut_(DicomLut::find(elements, DCM_VOILUTSequence, frame, name)), window_(find_window(elements)) {}

  bool needs_range() const { return !lut_ && !window_; }
  void set_range(double low, double high) { window_ = {Window::Shape::line, (low + high) / 2, high - low}; }

  double operator()(double value) const {
    if (lut_) {
      return lut_->entry(value) / lut_->white();
    }
    const double offset = value - window_->center;
    if (window_->shape == Window::Shape::sigmoid) {
      return 1 / (1 + std::exp(-4 * offset / window_->width));
    }
    if (offset <= -window_->width / 2) {
      return 0;
    }
    return offset > window_->width / 2 ? 1 : offset / window_->width + 0.5;
  }

 private:
  std::optional<DicomLut> lut_;
  std::optional<Window> window_;
};

/// The bits of a stored value in a word, with their sign.
double stored_value(std::size_t word, const DicomFrame& frame) {
  const auto bits = (static_cast<std::int64_t>(word) >> (frame.high_bit + 1 - frame.bits_stored)) &
                    ((std::int64_t{1} << frame.bits_stored) - 1);
  const bool is_negative = frame.is_signed && (bits >> (frame.bits_stored - 1)) != 0;
  return static_cast<double>(is_negative ? bits - (std::int64_t{1} << frame.bits_stored) : bits);
}

/// The grey level of each word that occurs.
std::vector<std::uint8_t> grey_levels(const std::vector<std::uint8_t>& occurs, DcmItem& elements, const DicomFrame& frame,
                                      const std::string& name) {
  const Modality modality(elements, frame, name);
  ValuesOfInterest voi(elements, frame, name);
  std::vector<double> values(occurs.size());
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (std::size_t word = 0; word < occurs.size(); ++word) {
    if (occurs[word] != 0) {
      values[word] = modality(stored_value(word, frame));
      low = std::min(low, values[word]);
      high = std::max(high, values[word]);
    }
  }
  if (voi.needs_range()) {
    voi.set_range(low, high);
  }
  std::vector<std::uint8_t> levels(occurs.size());
  for (std::size_t word = 0; word < occurs.size(); ++word) {
    if (occurs[word] != 0) {
      const auto level = static_cast<std::uint8_t>(std::lround(255 * std::min(voi(values[word]), 1.0)));
      levels[word] = frame.photometric_interpretation == "MONOCHROME1" ? static_cast<std::uint8_t>(255 - level) : level;
    }
  }
  return levels;
}

template <class Word>
Image render(const Word* words, unsigned long num_words, DcmItem& elements, const DicomFrame& frame, const std::string& name) {
  if (words == nullptr || num_words < frame.num_values()) {
    throw_damaged_dicom(name, "it has fewer pixels than its header says");
  }
  std::vector<std::uint8_t> occurs(std::size_t{1} << (8 * sizeof(Word)));
  for (std::size_t i = 0; i < frame.num_values(); ++i) {
    occurs[words[i]] = 1;
  }
  const std::vector<std::uint8_t> levels = grey_levels(occurs, elements, frame, name);
  Image image = make_image(frame.rows, frame.columns, 1);
  for (std::size_t i = 0; i < frame.num_values(); ++i) {
    image.pixels[i] = levels[words[i]];
  }
  return image;
}

} // namespace

Image render_grey(DcmItem& elements, const DicomFrame& frame, const std::string& name) {
  unsigned long count = 0;
  if (frame.bits_allocated == 8) {
    const Uint8* bytes = nullptr;
    elements.findAndGetUint8Array(DCM_PixelData, bytes, &count);
    return render(bytes, count, elements, frame, name);
  }
  const Uint16* words = nullptr;
  elements.findAndGetUint16Array(DCM_PixelData, words, &count);
  return render(words, count, elements, frame, name);
}

} // namespace radforge
