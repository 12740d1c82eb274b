#pragma once

#include <string>

namespace radforge {

/// Catches what DCMTK warns of in this thread while the object lives; DCMTK itself stays silent on every stream. The first one
/// also registers DCMTK's decoders, so whoever reads DICOM makes one.
class DicomMessages {
 public:
  DicomMessages();
  ~DicomMessages();
  DicomMessages(const DicomMessages&) = delete;
  DicomMessages& operator=(const DicomMessages&) = delete;

  /// The latest warning or error, "" if there was none.
  const std::string& last() const { return last_; }

 private:
  std::string last_;
  std::string* outer_;
};

} // namespace radforge
