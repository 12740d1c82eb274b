#pragma once

#include "radforge/config/compute_config.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace radforge {

class Schema;

/// One hospital's collection on disk.
struct SiteConfig {
  std::string name;
  std::string adapter = "table"; ///< how its files are read
  std::string root;              ///< folder; relative paths start at the working folder
  std::string table = "metadata.csv";
  std::vector<std::string> columns; ///< table: "name=column" where the table calls something by another name than ours
  std::string patient_namespace;    ///< sites that number the same patients share it; the site's name if empty
  std::vector<std::string> views;   ///< views to take; empty takes all
  std::string labeler = "chexpert"; ///< mimic-cxr: "chexpert" or "negbio"
  std::string demographics;         ///< mimic-cxr: folder of MIMIC-IV's hosp tables; chexpert: the demographics table
  std::string reports;              ///< mimic-cxr: folder of the report files
  std::string label_method = "any"; ///< padchest: "any", or "physician" for labels given by one
  std::string readers = "majority"; ///< vindr-cxr: finding present if the "majority" or "any" of the readers says so
};

/// How the providers' labels become findings.
struct LabelsConfig {
  std::string map;                   ///< a file of configs/labels; empty: a finding is the label of the same name
  std::string uncertain = "ignored"; ///< "positive", "negative", "ignored"
  std::string empty = "ignored";     ///< "negative", "ignored", "negative_if_no_finding"
  std::string no_finding = "stated"; ///< or "recomputed": present iff no other of the site's labels is
};

/// What becomes of an image's pixels.
struct ImageConfig {
  std::int64_t size = 64;  ///< side of the square, pixels
  std::string fit = "pad"; ///< "pad" to a square, or "crop" the largest one from the middle
  std::string filter = "lanczos";
  std::int64_t channels = 1; ///< 1 grey, 3 colour
};

/// Shares of patients; the rest is "test".
struct SplitConfig {
  std::string source = "hash"; ///< of the patient; or "provider": the site's own where it has one
  double train = 0.8;
  double validation = 0.1;
};

struct PrepareConfig {
  std::string task = "images";
  std::int64_t seed = 1;
  std::vector<SiteConfig> sites;
  std::vector<std::string> findings; ///< in the order of the shards' finding columns
  LabelsConfig labels;
  std::string prompt = "{age} year old {sex}. {view} view. {findings}.";
  ImageConfig image;
  SplitConfig split;
  std::int64_t rows_per_shard = 512;
  std::int64_t compression_level = 4;
  double max_rejected_fraction = 0.01;
};

/// `task: latents`: what frozen models make of a data set of images, as a data set.
struct LatentsConfig {
  std::string task = "latents";
  std::string dataset;            ///< folder of the images' data set
  std::string pipeline;           ///< folder whose models are taken
  std::string autoencoder;        ///< folder whose vae/ is taken; "" = that of `pipeline`
  bool text_encoder = false;      ///< the states of the prompts as well, by `pipeline`'s
  std::string values = "fp32";    ///< or "fp16": what the shards hold
  std::string precision = "fp32"; ///< or "bf16": what the models compute in
  std::int64_t rows_per_shard = 512;
  std::int64_t compression_level = 1; ///< noise hardly compresses
  ComputeConfig compute;
};

void describe(Schema& schema, LatentsConfig& config);
void describe(Schema& schema, SiteConfig& config);
void describe(Schema& schema, LabelsConfig& config);
void describe(Schema& schema, ImageConfig& config);
void describe(Schema& schema, SplitConfig& config);
void describe(Schema& schema, PrepareConfig& config);

} // namespace radforge
