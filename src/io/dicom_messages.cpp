#include "dicom_messages.hpp"

// DCMTK's headers want its configuration first.
#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dcrledrg.h>
#include <dcmtk/dcmjpeg/djdecode.h>
#include <dcmtk/dcmjpls/djdecode.h>
#include <dcmtk/oflog/appender.h>
#include <dcmtk/oflog/oflog.h>
#include <dcmtk/oflog/spi/logevent.h>

#include <mutex>

namespace radforge {
namespace {

/// Where this thread's messages go. DCMTK's loggers are global, so the thread is all that tells whose message one is.
thread_local std::string* listener = nullptr;

class ToListener : public dcmtk::log4cplus::Appender {
 public:
  ~ToListener() override { destructorImpl(); }
  void close() override {}

 protected:
  void append(const dcmtk::log4cplus::spi::InternalLoggingEvent& event) override {
    if (listener != nullptr) {
      *listener = event.getMessage().c_str();
    }
  }
};

void prepare_library() {
  auto root = dcmtk::log4cplus::Logger::getRoot();
  root.removeAllAppenders();
  root.addAppender(dcmtk::log4cplus::SharedAppenderPtr(new ToListener));
  root.setLogLevel(OFLogger::WARN_LOG_LEVEL);
  DcmRLEDecoderRegistration::registerCodecs();
  DJDecoderRegistration::registerCodecs();
  DJLSDecoderRegistration::registerCodecs();
}

} // namespace

DicomMessages::DicomMessages() : outer_(listener) {
  static std::once_flag prepared;
  std::call_once(prepared, prepare_library);
  listener = &last_;
}

DicomMessages::~DicomMessages() { listener = outer_; }

} // namespace radforge
