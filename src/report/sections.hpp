#pragma once

#include "result_folder.hpp"

#include "radforge/report/html_page.hpp"

#include <vector>

namespace radforge {

// The parts of a report, each of those folders that it is about; nothing where there are none. Errors of all: DataError (a
// damaged file of results), IoError.

/// What was run: commands, versions, digests, configurations.
void add_overview(HtmlPage& page, const std::vector<ResultFolder>& folders);
/// A data set: who is in it, what became of a generation's checks, images.
void add_dataset(HtmlPage& page, const ResultFolder& folder);
/// A training, or all of a sweep: curves and last numbers.
void add_training(HtmlPage& page, const ResultFolder& folder);
void add_sweep(HtmlPage& page, const ResultFolder& sweep, const std::vector<ResultFolder>& runs);
/// How good synthetic images are.
void add_image_quality(HtmlPage& page, const ResultFolder& folder);
/// How good classifiers are: areas, arms, curves, thresholds.
void add_evaluation(HtmlPage& page, const ResultFolder& folder);
/// And for whom: every group's rates, and their gaps.
void add_fairness(HtmlPage& page, const ResultFolder& folder);
/// Laws of scaling and the points that they were fitted to.
void add_scaling(HtmlPage& page, const ResultFolder& folder);
/// Two runs of one task: what was changed, and what became of the numbers.
void add_comparison(HtmlPage& page, const ResultFolder& first, const ResultFolder& second);

} // namespace radforge
