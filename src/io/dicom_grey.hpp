#pragma once

#include "radforge/io/image.hpp"

#include "dicom_frame.hpp"

namespace radforge {

/// The uncompressed grey pixels of a data set as PS3.3 C.11 shows them: see read_image. Errors: DataError.
Image render_grey(DcmItem& elements, const DicomFrame& frame, const std::string& name);

} // namespace radforge
