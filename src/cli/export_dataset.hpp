#pragma once

#include "command.hpp"

namespace radforge {

/// Writes a data set's images as PNG files with a `metadata.csv` beside them, a folder a split, as the Hub's ImageFolder reads
/// them, and a card. Rank 0's business. Errors: ConfigError, DataError (damaged shards, a folder that is there), IoError.
void export_dataset(const CommandContext& context);

} // namespace radforge
