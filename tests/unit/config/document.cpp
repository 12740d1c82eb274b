#include "example.hpp"

#include <catch2/catch.hpp>

using namespace radforge;

TEST_CASE("the document is a table of all keys") {
  Example config;
  CHECK(document_config(describes(config)) == R"(| key | type | default | allowed | meaning |
|---|---|---|---|---|
| `enabled` | truth value | `true` | `true`, `false` | whether \| it runs |
| `steps` | integer | `10` | at least 1 | steps taken |
| `rate` | number | `0.5` | 0 to 1 | share |
| `title` | text | `plain` |  | free text |
| `fit` | text | `pad` | `pad`, `crop` | one of two |
| `widths` | list of integers | `[1, 2]` | 1 to 100 | some widths |
| `names` | list of texts | `[a]` |  | some names |
| `sexes` | list of texts | `[]` | `M`, `F` | some sexes |
| `part` | section |  |  | a section |
| `part.name` | text | `inner` |  | what it is called |
| `part.weight` | integer | `3` | 1 to 9 | how much it counts |
| `parts` | list of sections | `[]` |  | sections |
| `parts[].name` | text | `""` |  | what it is called |
| `parts[].weight` | integer | `1` | 1 to 9 | how much it counts |
)");
  CHECK(config.parts.empty());
}
