#include "command.hpp"
#include "inspect_dataset.hpp"
#include "inspect_pipeline.hpp"
#include "sheet_page.hpp"

#include "radforge/core/error.hpp"
#include "radforge/io/dataset_index.hpp"
#include "radforge/models/pipeline_folder.hpp"

namespace radforge {

void run_inspect(const CommandContext& context) {
  if (context.world.rank() != 0) {
    return;
  }
  const std::filesystem::path& folder = context.line.config;
  if (std::filesystem::exists(folder / DatasetIndex::file_name)) {
    inspect_dataset(folder);
    if (context.line.writes_sheet) {
      write_sheet_page(context.line);
    }
  } else if (std::filesystem::exists(folder / model_index)) {
    inspect_pipeline(folder);
  } else {
    throw DataError("{} is neither a data set nor a pipeline (it has no {} and no {}). Name the folder that has one",
                    folder.string(), DatasetIndex::file_name, model_index);
  }
}

} // namespace radforge
