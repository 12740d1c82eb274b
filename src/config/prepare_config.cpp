#include "radforge/config/prepare_config.hpp"

#include "radforge/config/schema.hpp"

#include <algorithm>
#include <set>

namespace radforge {
namespace {

bool site_names_differ(const std::vector<SiteConfig>& sites) {
  std::set<std::string> names;
  return std::all_of(sites.begin(), sites.end(), [&](const SiteConfig& site) { return names.insert(site.name).second; });
}

} // namespace

void describe(Schema& schema, SiteConfig& config) {
  schema.field("name", config.name, "name of the collection: the first part of every sample's source");
  schema.field("adapter", config.adapter, Choices{"table", "mimic-cxr", "chexpert", "nih", "padchest", "vindr-cxr"},
               "how the files are read: a provider's own layout, or a table with one row an image");
  schema.field("root", config.root, "folder of the collection; a relative path starts at the working folder");
  schema.field("table", config.table, "adapter table: the table's file name in that folder");
  schema.field(
      "columns", config.columns,
      "adapter table: \"name=column\" where a column has another name than image, patient_id, sex, age, age_group, race, view, "
      "split, report, or than the finding");
  schema.field("patient_namespace", config.patient_namespace,
               "sites that number the same patients share it; the site's name if empty");
  schema.field("views", config.views, "views to take (PA, AP, LATERAL, ...); empty takes all");
  schema.field("labeler", config.labeler, Choices{"chexpert", "negbio"}, "adapter mimic-cxr: whose labels");
  schema.field("demographics", config.demographics,
               "adapter mimic-cxr: folder of MIMIC-IV's patients and admissions; adapter chexpert: the demographics table");
  schema.field("reports", config.reports, "adapter mimic-cxr: folder of the report files, empty for none");
  schema.field("label_method", config.label_method, Choices{"any", "physician"}, "adapter padchest: whose labels");
  schema.field("readers", config.readers, Choices{"majority", "any"},
               "adapter vindr-cxr: a finding is present if so many readers say so");
  schema.check(!config.name.empty(), "name is missing (every sample is named after its site) give the site a name");
  schema.check(config.name.find('/') == std::string::npos,
               "name holds a '/' (it separates site and image in a sample's source) choose another name");
  schema.check(!config.root.empty(), "root is missing (the images are looked for there) name the site's folder");
  schema.check(std::ranges::all_of(config.columns, [](const std::string& entry) { return entry.find('=') != std::string::npos; }),
               "an entry of columns has no '=' (it says which column is what) write it as \"image=Path\"");
  schema.check(!config.table.empty(), "table is empty (it lists the images) name the table's file");
}

void describe(Schema& schema, LabelsConfig& config) {
  schema.field("map", config.map, "a file of configs/labels; empty: a finding is the label of the same name");
  schema.field("uncertain", config.uncertain, Choices{"positive", "negative", "ignored"}, "what an uncertain label becomes");
  schema.field(
      "empty", config.empty, Choices{"negative", "ignored", "negative_if_no_finding"},
      "what a label becomes that the report does not mention; negative_if_no_finding: ignored unless the image is stated "
      "to have no finding");
  schema.field("no_finding", config.no_finding, Choices{"stated", "recomputed"},
               "No_Finding as the provider states it, or present if no other label of the provider (of a table: no "
               "other finding) is");
}

void describe(Schema& schema, ImageConfig& config) {
  schema.field("size", config.size, IntRange{8, 4096}, "side of the square image, pixels");
  schema.field("fit", config.fit, Choices{"pad", "crop"}, "pad to a square with black, or crop the largest square in the middle");
  schema.field("filter", config.filter, Choices{"bilinear", "bicubic", "lanczos"}, "resampling filter");
  schema.field("channels", config.channels, IntRange{1, 3}, "1 grey, 3 colour (a grey image three times)");
  schema.check(config.channels != 2, "channels is 2 (an image is grey or has three colours) give 1 or 3");
}

void describe(Schema& schema, SplitConfig& config) {
  schema.field("source", config.source, Choices{"hash", "provider"},
               "hash: by the shares below; provider: the site's own split where it has one, else by the shares");
  schema.field("train", config.train, RealRange{0, 1}, "share of the patients in the split train");
  schema.field("validation", config.validation, RealRange{0, 1}, "share of the patients in validation; the rest is test");
  schema.check(config.train + config.validation <= 1,
               "train + validation is above 1 (they are shares of the patients) lower one of them");
}

void describe(Schema& schema, LatentsConfig& config) {
  schema.field("task", config.task, Choices{"latents"}, "what is prepared: images become the latents of a frozen autoencoder");
  schema.field("dataset", config.dataset, "folder of the images: holds dataset.json");
  schema.field("pipeline", config.pipeline, "pipeline folder whose models are taken");
  schema.field("autoencoder", config.autoencoder, "pipeline folder whose vae/ is taken; empty for that of `pipeline`");
  schema.field("text_encoder", config.text_encoder,
               "write the states of the prompts too, by the text encoder of `pipeline`: for training that freezes it");
  schema.field("values", config.values, Choices{"fp32", "fp16"}, "numbers of the shards; fp16 halves them and rounds");
  schema.field("precision", config.precision, Choices{"fp32", "bf16"}, "what the models compute in");
  schema.section("compute", config.compute, "where the models compute");
  schema.field("rows_per_shard", config.rows_per_shard, IntRange{1, 1'000'000}, "samples a shard file holds");
  schema.field("compression_level", config.compression_level, IntRange{0, 12}, "of libdeflate: 0 stores, 12 is the smallest");
  schema.check(!config.dataset.empty(),
               "dataset is missing (its images are encoded) name the folder that prepare or generate has written");
  schema.check(!config.autoencoder.empty() || !config.pipeline.empty(),
               "autoencoder and pipeline are missing (one holds the autoencoder that encodes) name the folder of one");
  schema.check(!config.text_encoder || !config.pipeline.empty(),
               "text_encoder is on and pipeline is missing (it holds the text encoder) name its folder");
}

void describe(Schema& schema, PrepareConfig& config) {
  schema.field("task", config.task, Choices{"images"}, "what is prepared: site tables and images become shards");
  schema.field("seed", config.seed, IntRange{.least = 0}, "keys the split of the patients");
  schema.list("sites", config.sites, "the collections, in the order of the samples' ids");
  schema.field("findings", config.findings, "names of the shards' finding columns, in their order");
  schema.section("labels", config.labels, "how the providers' labels become findings");
  schema.field("prompt", config.prompt, "template of a sample's text; fields: age, sex, race, view, findings, report, text");
  schema.section("image", config.image, "what becomes of an image's pixels");
  schema.section("split", config.split, "shares of the patients");
  schema.field("rows_per_shard", config.rows_per_shard, IntRange{1, 1'000'000}, "samples a shard file holds");
  schema.field("compression_level", config.compression_level, IntRange{0, 12}, "of libdeflate: 0 stores, 12 is the smallest");
  schema.field("max_rejected_fraction", config.max_rejected_fraction, RealRange{0, 1},
               "share of rejected rows above which the command fails");
  schema.check(!config.sites.empty(), "sites is empty (there is nothing to prepare) list at least one site");
  schema.check(site_names_differ(config.sites), "two sites have the same name (samples are named after it) rename one");
  schema.check(std::set<std::string>(config.findings.begin(), config.findings.end()).size() == config.findings.size(),
               "findings names a column twice (each becomes one column of the shards) remove one");
}

} // namespace radforge
