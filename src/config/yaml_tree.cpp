#include "yaml_tree.hpp"

#include "radforge/core/error.hpp"

#include "text_check.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <optional>
#include <sstream>

namespace radforge {
namespace {

/// Builds the tree from the parser's events: unlike YAML::Node it sees tags and aliases and keeps duplicate keys.
class TreeBuilder final : public YAML::EventHandler {
 public:
  explicit TreeBuilder(const std::string& name) : name_(name) {}

  ConfigNode take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_anchor(mark, anchor);
    finish({.kind = ConfigNode::Kind::null, .place = place(mark)});
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw ConfigError("{}: an alias (anchors and aliases are not allowed here) write the value out", place(mark).text());
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& value) override {
    refuse_tag(mark, tag);
    refuse_anchor(mark, anchor);
    finish({.kind = ConfigNode::Kind::scalar, .place = place(mark), .text = value, .quoted = tag == "!"});
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    begin(ConfigNode::Kind::list, mark, tag, anchor);
  }
  void OnSequenceEnd() override { end(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
    begin(ConfigNode::Kind::map, mark, tag, anchor);
  }
  void OnMapEnd() override { end(); }

 private:
  struct Open {
    ConfigNode node;
    std::optional<ConfigNode> key; ///< of a map: read, its value not yet
  };
  static constexpr std::size_t max_depth = 16;

  Place place(const YAML::Mark& mark) const { return {name_, mark.line + 1, mark.column + 1}; }

  void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) const {
    if (anchor != 0) {
      throw ConfigError("{}: an anchor (anchors and aliases are not allowed here) write the value out where it is used",
                        place(mark).text());
    }
  }

  /// "?" and "!" are what the parser gives to untagged plain and quoted nodes.
  void refuse_tag(const YAML::Mark& mark, const std::string& tag) const {
    if (!tag.empty() && tag != "?" && tag != "!") {
      throw ConfigError("{}: the tag {} (types follow from the key, not from tags) remove it", place(mark).text(), tag);
    }
  }

  void begin(ConfigNode::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    refuse_tag(mark, tag);
    refuse_anchor(mark, anchor);
    if (open_.size() >= max_depth) {
      throw ConfigError("{}: nested too deep (more than {} levels) no setting is that deep", place(mark).text(), max_depth);
    }
    open_.push_back({{.kind = kind, .place = place(mark)}, std::nullopt});
  }

  void end() {
    ConfigNode node = std::move(open_.back().node);
    open_.pop_back();
    finish(std::move(node));
  }

  void finish(ConfigNode node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (parent.node.kind == ConfigNode::Kind::list) {
      parent.node.items.push_back(std::move(node));
    } else if (parent.key) {
      if (node.kind == ConfigNode::Kind::null) {
        node.place = parent.key->place; // the parser puts a missing value behind the line end
      }
      parent.node.entries.push_back({parent.key->text, parent.key->place, std::move(node)});
      parent.key.reset();
    } else if (node.kind == ConfigNode::Kind::scalar) {
      parent.key = std::move(node);
    } else {
      throw ConfigError("{}: a key that is {} (keys are names) write a name before the colon", node.place.text(),
                        node.describe());
    }
  }

  const std::string& name_;
  ConfigNode root_;
  std::vector<Open> open_;
};

} // namespace

ConfigNode parse_yaml(const std::string& text, const std::string& name) {
  check_text(text, name);
  TreeBuilder builder(name);
  std::istringstream stream(text);
  try {
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) {
      return {.kind = ConfigNode::Kind::null, .place = {name, 1, 1}};
    }
    ConfigNode root = builder.take();
    TreeBuilder second(name);
    if (parser.HandleNextDocument(second)) {
      throw ConfigError("{}: a second document (a configuration is one document) remove it and the line '---' before it",
                        second.take().place.text());
    }
    return root;
  } catch (const YAML::Exception& error) {
    throw ConfigError("{}: not valid YAML ({}) correct it", Place{name, error.mark.line + 1, error.mark.column + 1}.text(),
                      error.msg);
  }
}

} // namespace radforge
