#!/usr/bin/env python3
"""Every check passes on a small tree, and fails, naming the place, once a violation is planted in it."""

import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TABLE = """
| layer | module | owns | may include |
|---|---|---|---|
| 0 | `core` | base | std, fmt |
| 1 | `io` | files | core |
| 2 | `nn` | layers | 0-1 |
| 7 | `cli` | commands | all |
"""
CLEAN_SOURCE = '#include "radforge/core/error.hpp"\n\nint main() { return 0; }\n'
DEFINITION = """# an image
Bootstrap: docker
From: debian:12
Stage: build

%files
    src /src

%post
    apt-get update
    apt-get install -y \\
      git
    cd /src
    tools/setup
    make >/opt/log

Bootstrap: docker
From: debian:12

%files from build
    /opt/log /opt/log

%post
    apt-get install -y gnuplot-nox

%runscript
    exec radforge "$@"
"""
HELP = "Commands\n  prepare   CONFIG.yaml  makes shards\n  verify    FOLDER       checks them\n"


class CheckTest(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.tree = pathlib.Path(temporary.name)

    def write(self, path: str, text: str, mode: int = 0o644) -> None:
        file = self.tree / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(mode)

    def run_check(self, *command: str) -> tuple[int, str]:
        done = subprocess.run([str(ROOT / "tools" / command[0]), *command[1:], str(self.tree)], capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    def assert_passes(self, *command: str) -> None:
        code, text = self.run_check(*command)
        self.assertEqual(code, 0, text)

    def assert_finds(self, expected: str, *command: str) -> None:
        code, text = self.run_check(*command)
        self.assertEqual(code, 1, text)
        self.assertIn(expected, text)


class Ptx(CheckTest):
    """A word of the normal transform, which has three conversions, with two fused multiply-adds in place of 29."""

    WORD = ["cvt.rn.f32.s32 %f1, %r1;"] * 3 + ["fma.rn.f32 %f2, %f1, %f1, %f1;"] * 2 + ["@%p1 mul.rn.f32 %f3, %f2, %f2;"]

    def write_ptx(self, *instructions: str) -> None:
        self.write("kernel.ptx", ".version 9.0\n.visible .entry kernel()\n{\n\t" + "\n\t".join(instructions) + "\n\tret;\n}\n")

    def test_operations_rounded_once(self):
        self.write_ptx(*self.WORD, "neg.f32 %f4, %f3;", "sqrt.rn.f32 %f5, %f4;", "st.global.f32 [%rd1], %f5;")
        self.assert_passes("check_ptx", "--fma-per-word", "2")

    def test_other_operations(self):
        for instruction in ("mul.f32", "add.f32", "sqrt.approx.f32", "ex2.approx.ftz.f32", "fma.rn.ftz.f32", "div.full.f32", "add.rz.f32"):
            self.write_ptx(*self.WORD, f"{instruction} %f4, %f3, %f3;")
            self.assert_finds(f"kernel.ptx: {instruction}", "check_ptx")

    def test_one_fused_that_the_source_does_not_fuse(self):
        self.write_ptx(*self.WORD, "fma.rn.f32 %f4, %f3, %f3, %f3;")
        self.assert_finds("3 fma.rn.f32 for 1 words, not 2 each", "check_ptx", "--fma-per-word", "2")

    def test_no_arithmetic_at_all(self):
        self.write_ptx("mov.u32 %r1, %tid.x;")
        self.assert_finds("no operation on floating point numbers", "check_ptx")


class Layers(CheckTest):
    def setUp(self):
        super().setUp()
        self.write("docs/architecture.md", TABLE)
        self.write("src/io/csv.cpp", CLEAN_SOURCE)
        self.write("include/radforge/nn/tensor.hpp", '#include "radforge/io/csv.hpp"\n#include <ATen/core/Tensor.h>\n')

    def test_a_clean_tree(self):
        self.assert_passes("check_layers")

    def test_a_higher_layer(self):
        self.write("src/io/csv.cpp", '\n#include "radforge/nn/tensor.hpp"\n')
        self.assert_finds("src/io/csv.cpp:2: io includes radforge/nn/tensor.hpp", "check_layers")

    def test_a_public_header_counts_too(self):
        self.write("include/radforge/core/error.hpp", '#include "radforge/io/csv.hpp"\n')
        self.assert_finds("include/radforge/core/error.hpp:1", "check_layers")

    def test_a_private_header_of_another_module(self):
        self.write("src/nn/layers.cpp", '#include "../io/hdf5.hpp"\n')
        self.assert_finds("src/nn/layers.cpp:1", "check_layers")

    def test_headers_kept_out_of_public_ones(self):
        for header in ("hdf5.h", "mpi.h", "nccl.h", "yaml-cpp/yaml.h", "nlohmann/json.hpp", "ATen/ops/add.h", "torch/types.h"):
            self.write("include/radforge/io/shard.hpp", f"#pragma once\n#include <{header}>\n")
            self.assert_finds("include/radforge/io/shard.hpp:2", "check_layers")

    def test_umbrella_headers_anywhere(self):
        for path, header in (("src/cli/main.cpp", "torch/torch.h"), ("tests/unit/nn/layers.cpp", "ATen/ATen.h")):
            self.write(path, f"#include <{header}>\n")
            self.assert_finds(f"{path}:1", "check_layers")

    def test_a_module_without_a_row(self):
        self.write("src/extra/thing.cpp", CLEAN_SOURCE)
        self.assert_finds("module extra is not in the table", "check_layers")

    def test_a_table_that_allows_what_is_not_lower(self):
        self.write("docs/architecture.md", TABLE.replace("files | core", "files | core, nn"))
        self.assert_finds("io (layer 1) may include nn", "check_layers")

    def test_no_table(self):
        self.write("docs/architecture.md", "# Architecture\n")
        self.assert_finds("no row", "check_layers")


class GitTree(CheckTest):
    def setUp(self):
        super().setUp()
        subprocess.run(["git", "init", "--quiet", str(self.tree)], check=True)


class Format(GitTree):
    def setUp(self):
        super().setUp()
        self.write(".clang-format", (ROOT / ".clang-format").read_text())
        self.write("src/io/csv.cpp", CLEAN_SOURCE)

    def test_a_formatted_file(self):
        self.assert_passes("check_format")

    def test_a_file_that_is_not_and_its_mending(self):
        self.write("src/io/csv.cpp", CLEAN_SOURCE.replace("{ return", "{return"))
        self.assert_finds("src/io/csv.cpp:3", "check_format")
        self.assert_passes("check_format", "--fix")
        self.assert_passes("check_format")


class Shell(GitTree):
    def test_found_by_the_first_line(self):
        self.write("tools/good", '#!/usr/bin/env bash\necho "$HOME"\n')
        self.assert_passes("check_shell")
        self.write("tools/bad", "#!/bin/sh\necho $1\n")
        self.assert_finds("tools/bad", "check_shell")


class Docs(CheckTest):
    def setUp(self):
        super().setUp()
        self.write("Makefile", "demo: build ## run\nbuild:\n")
        self.write("radforge", f"#!/bin/sh\ncat <<'END'\n{HELP}END\n", 0o755)
        self.write("configs/demo/prepare.yaml", "")
        self.write("CONTRIBUTING.md", "")
        self.write("docs/page.md", "[back](../README.md) and `radforge verify`\n")
        self.readme()

    def readme(self, code: str = "", text: str = "") -> None:
        self.write("README.md", f"```bash\nmake demo\nmpirun -n 2 build/release/bin/radforge prepare configs/demo/prepare.yaml # 2 ranks\n{code}\n```\n{text}\n")

    def check(self) -> tuple[str, ...]:
        return "check_docs", "--radforge", str(self.tree / "radforge")

    def test_what_exists(self):
        self.readme("cd /tmp && make build demo", "See `configs/demo/*.yaml`, `make demo`, [the page](docs/page.md), [h5py](https://www.h5py.org).")
        self.assert_passes(*self.check())

    def test_what_does_not(self):
        for code, text, expected in (("make deom", "", "README.md:4: 'make deom'"),
                                     ("make build deom", "", "'make deom'"),
                                     ("radforge prepair x.yaml", "", "'radforge prepair'"),
                                     ("true && no-such-program", "", "'no-such-program'"),
                                     ("mpirun -n 2 --bind-to none no-such-program", "", "'no-such-program'"),
                                     ("cat configs/demo/train.yaml", "", "'configs/demo/train.yaml'"),
                                     ("", "Run `tools/nothing`.", "README.md:6: 'tools/nothing'"),
                                     ("", "Run `make nothing` or `radforge fly`.", "'radforge fly'"),
                                     ("", "![sheet](docs/images/none.png)", "'docs/images/none.png'")):
            with self.subTest(code=code, text=text):
                self.readme(code, text)
                self.assert_finds(expected, *self.check())

    def test_pages_under_docs(self):
        self.write("docs/page.md", "\n`make nothing`\n")
        self.assert_finds("docs/page.md:2: 'make nothing'", *self.check())


class Container(CheckTest):
    FILE = "jobs/slurm/apptainer/radforge.def"

    def setUp(self):
        super().setUp()
        self.write("tools/setup", "packages=(\n  git g++\n  gnuplot-nox\n)\n")
        self.write("src/main.cpp", CLEAN_SOURCE)
        self.write(self.FILE, DEFINITION)

    def test_a_good_definition(self):
        self.assert_passes("check_container")

    def test_what_is_wrong(self):
        for good, bad, expected in (("From: debian:12\nStage", "Form: debian:12\nStage", ":3: 'Form: debian:12' is no header"),
                                    ("From: debian:12\nStage", "Stage", ":2: the stage has no From:"),
                                    ("Stage: build", "From: debian:13", ":4: header 'from' is there twice"),
                                    ("# an image", "Stage: build", ":1: 'stage' belongs to no stage"),
                                    ("%runscript", "%runscrpt", ":26: %runscrpt is no section"),
                                    ("%runscript", "%post", ":26: %post is in this stage twice"),
                                    ("    src /src", "    source /src", ":7: 'source' is no file of the repository"),
                                    ("    src /src", "    /etc/passwd /src", ":7: '/etc/passwd' is no file of the repository"),
                                    ("    src /src", "    src", ":7: 'src' is not 'FILE /PLACE'"),
                                    ("from build", "from biuld", ":20: %files from 'biuld'"),
                                    ("      git", "      git cmake", ":11: package 'cmake' is not in the list of tools/setup"),
                                    ("gnuplot-nox", "$(cat list)", ":24: package '$(cat' is not in the list of tools/setup"),
                                    ("-y gnuplot-nox", "-y gnuplot-nox && pip install h5py", ":24: 'pip install' brings"),
                                    ("    tools/setup\n", "", ":1: no %post has a line 'tools/setup'"),
                                    ("    tools/setup\n", "    # tools/setup\n", ":1: no %post has a line 'tools/setup'"),
                                    ("    tools/setup\n", "    tools/setup || true\n", ":1: no %post has a line 'tools/setup'"),
                                    ('"$@"', "$@", ":27: %runscript, column 19: error:"),
                                    ("    make >/opt/log", "    [[ -d src ]] && make", ":15: %post, column 5: warning:")):
            with self.subTest(bad=bad):
                self.assertIn(good, DEFINITION)
                self.write(self.FILE, DEFINITION.replace(good, bad, 1))
                self.assert_finds(self.FILE + expected, "check_container")

    def test_an_empty_definition(self):
        self.write(self.FILE, "")
        self.assert_finds(":1: no stage", "check_container")


class OpenCxr(CheckTest):
    def setUp(self):
        super().setUp()
        self.write("site/LICENSE.txt", "CC BY 4.0")
        self.write("site/images/a.jpg", "")
        self.write("site/metadata.csv", "image,license\nimages/a.jpg,CC BY 4.0\n")

    def test_a_whole_pack(self):
        self.assert_passes("check_open_cxr")

    def test_rows_and_images_that_do_not_meet(self):
        self.write("site/images/b.jpg", "")
        self.assert_finds("images/b.jpg is in no row", "check_open_cxr")
        (self.tree / "site/images/a.jpg").unlink()
        self.assert_finds("images/a.jpg is listed but not there", "check_open_cxr")

    def test_licences(self):
        self.write("site/metadata.csv", "image,license\nimages/a.jpg,CC BY-NC-SA 4.0\n")
        self.assert_finds("CC BY-NC-SA 4.0", "check_open_cxr")
        (self.tree / "site/LICENSE.txt").unlink()
        self.assert_finds("no LICENSE.txt", "check_open_cxr")

    def test_size(self):
        self.write("site/images/a.jpg", "x" * 15_000_001)
        self.assert_finds("at most 15000000", "check_open_cxr")


if __name__ == "__main__":
    unittest.main()
