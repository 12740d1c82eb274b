#pragma once

#include "radforge/config/prepare_config.hpp"
#include "radforge/io/image.hpp"

#include "temp_folder.hpp"

#include <filesystem>
#include <fstream>
#include <string>

namespace radforge {

/// A site on disk: a folder with a table and small grey PNGs.
class SiteFixture {
 public:
  static constexpr const char* header = "image,patient_id,sex,age,age_group,race,view,No_Finding,Effusion,location\n";

  explicit SiteFixture(const std::string& name) : name_(name) { std::filesystem::create_directories(root() / "images"); }

  std::filesystem::path root() const { return folder_ / name_; }

  /// A 12 x 10 image whose first pixel is `shade`.
  void add_image(const std::string& file, int shade = 0) const {
    Image image{12, 10, 1, std::vector<std::uint8_t>(120, 100)};
    image.pixels[0] = static_cast<std::uint8_t>(shade);
    write_png(root() / "images" / file, image);
  }
  void write_table(const std::string& rows, const std::string& header_line = header) const {
    std::ofstream(root() / "metadata.csv") << header_line << rows;
  }
  /// Images 0.png, 1.png, ... of patients p0, p0, p1, p1, ...
  void add_rows(int count) const {
    std::string rows;
    for (int i = 0; i < count; ++i) {
      const std::string file = std::to_string(i) + ".png";
      add_image(file, i);
      rows += "images/" + file + ",p" + std::to_string(i / 2) + ",F," + std::to_string(20 + i % 60) + ",,,PA,1,0,\n";
    }
    write_table(rows);
  }

  SiteConfig config() const { return {.name = name_, .root = root().string()}; }
  PrepareConfig prepare_config() const {
    PrepareConfig config;
    config.sites = {this->config()};
    config.findings = {"No_Finding", "Effusion"};
    config.image.size = 8;
    config.rows_per_shard = 4;
    return config;
  }

 private:
  TempFolder folder_;
  std::string name_;
};

} // namespace radforge
