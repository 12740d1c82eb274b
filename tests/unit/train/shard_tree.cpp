#include "../../../src/train/shard_tree.hpp"

#include "radforge/core/error.hpp"

#include <catch2/catch.hpp>

#include <functional>

using namespace radforge;

TEST_CASE("the subtrees of a range are the largest nodes that cover it in order") {
  const ShardTree tree(12);
  CHECK(tree.subtrees({0, 12}) == std::vector<ShardRange>{{0, 12}});
  CHECK(tree.subtrees({6, 12}) == std::vector<ShardRange>{{6, 12}});
  CHECK(tree.subtrees({3, 6}) == std::vector<ShardRange>{{3, 6}});
  CHECK(tree.subtrees({0, 4}) == std::vector<ShardRange>{{0, 3}, {3, 4}});
  CHECK(tree.subtrees({4, 8}) == std::vector<ShardRange>{{4, 6}, {6, 7}, {7, 8}});
}

TEST_CASE("every node but the root is a child of its parent") {
  const ShardTree tree(11);
  const std::function<void(const ShardRange&)> visit = [&](const ShardRange& node) {
    if (node.last - node.first < 2) {
      return;
    }
    for (const ShardRange& child :
         {ShardRange{node.first, ShardTree::middle(node)}, ShardRange{ShardTree::middle(node), node.last}}) {
      CHECK(tree.parent(child) == node);
      visit(child);
    }
  };
  visit(tree.root());
  CHECK_THROWS_AS(tree.parent(tree.root()), InternalError);
}

TEST_CASE("ranks get equal parts of the shards or an error that says how many") {
  const ShardTree tree(12);
  CHECK(tree.of_rank(1, 3) == ShardRange{4, 8});
  CHECK_THROWS_WITH(tree.of_rank(0, 5), Catch::Contains("5 ranks cannot share 12 virtual shards"));
}
