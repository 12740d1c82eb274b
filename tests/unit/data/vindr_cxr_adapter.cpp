#include "../../../src/data/vindr_cxr_adapter.hpp"

#include "provider_fixture.hpp"

using namespace radforge;
using Catch::Matchers::Contains;

TEST_CASE("vindr-cxr: bad readings are kept, tags that cannot be read are counted") {
  const SiteTable table = read_vindr_cxr_site(provider_site("vindr-cxr", "vindr-cxr"));
  CHECK(rejections_of(table) == std::vector<std::string>{"14 second reading by R9",
                                                         "26 bad label: \"7\" in Aortic enlargement (1, 0, -1 or nothing)",
                                                         "6 duplicate image"});
  CHECK(table.rejections[0].image.ends_with(".dicom"));
  CHECK(table.notes == Notes{{"age out of range", 1}, {"age unknown", 5}, {"sex unknown", 3}, {"tags not readable", 1}});
  CHECK(table.labels.size() == 28);
  CHECK(std::find(table.labels.begin(), table.labels.end(), "Other disease") == table.labels.end());
}

TEST_CASE("vindr-cxr: most readers decide, or any") {
  const ProviderFolder folder("vindr-cxr");
  folder.put("annotations/image_labels_train.csv", "image_id,rad_id,A,B,C,D\n"
                                                   "x,R1,1,1,0,\n"
                                                   "y,R1,1,0,1,\n"
                                                   "x,R2,1,0,0,\n"
                                                   "x,R3,0,0,0,\n"
                                                   "y,R2,0,0,1,\n");
  SiteConfig site = folder.config();
  const SiteTable most = read_vindr_cxr_site(site);
  using enum LabelState;
  REQUIRE(most.rows.size() == 2);
  CHECK(most.rows[0].image == "train/x.dicom");
  CHECK(most.rows[0].line == 2);
  CHECK(most.rows[1].line == 3);
  CHECK(most.rows[0].labels == std::vector<LabelState>{present, absent, absent, unmentioned});
  CHECK(most.rows[1].labels == std::vector<LabelState>{uncertain, absent, present, unmentioned});
  CHECK(most.notes.at("tags not readable") == 2);
  CHECK(most.rows[0].view == "PA");
  site.readers = "any";
  CHECK(read_vindr_cxr_site(site).rows[0].labels == std::vector<LabelState>{present, present, absent, unmentioned});
  CHECK(read_vindr_cxr_site(site).rows[1].labels == std::vector<LabelState>{present, absent, present, unmentioned});
}
