#!/usr/bin/env python3
"""tools/setup with tiny wheels and stand-ins for dpkg-query, sudo, apt-get and pip: what it fetches, redoes, mends and refuses."""

import hashlib
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
VERSION_H = "#define TORCH_VERSION_MAJOR {}\n#define TORCH_VERSION_MINOR {}\n#define TORCH_VERSION_PATCH {}\n"
WHEELS = {
    "torch-2.11.0-cp311.whl": {"torch/lib/libtorch_cpu.so": "cpu", "torch/lib/libtorch_cuda.so": "cuda", "torch/nn.py": "",
                               "torch/include/torch/headeronly/version.h": VERSION_H.format(2, 11, 0),
                               "torch/share/cmake/Torch/TorchConfig.cmake": "", "torch-2.11.0.dist-info/licenses/LICENSE": "BSD"},
    "nvidia_cuda_runtime-13.whl": {"nvidia/cu13/lib/libcudart.so.13": "runtime"},
    "open_clip_torch-3.3.0.whl": {"open_clip/bpe_simple_vocab_16e6.txt.gz": "merges",
                                  "open_clip_torch-3.3.0.dist-info/licenses/LICENSE": "MIT"},
}
FAKE_PIP = """#!/usr/bin/env bash
# python3 -m pip --version | python3 -m pip download ... -d FOLDER -r REQUIREMENTS
case " $* " in
  *' --version '*) exit 0 ;;
  *) echo "$*" >>"$FAKE/pip.log"; [ ! -e "$FAKE/offline" ] || exit 1; cp "$FAKE"/index/*.whl "${@: -3:1}" ;;
esac
"""
FAKE_DPKG = '#!/usr/bin/env bash\ngrep -qx "${@: -1}" "$FAKE/missing" 2>/dev/null || printf installed\n'
FAKE_APT = '#!/usr/bin/env bash\necho "$*" >>"$FAKE/apt.log"\n[ "$1" = update ] && touch "$FAKE/lists"\n[ -e "$FAKE/lists" ]\n'
FAKE_MAKE_TOKENIZER = '#!/usr/bin/env bash\n[ "$(cat "$1")" = merges ] || exit 1\necho made >>"$FAKE/made"; mkdir "$2"\n'
FAKE_ID = '#!/usr/bin/env bash\ncat "$FAKE/uid"\n'


class Setup(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.fake = pathlib.Path(temporary.name) / "fake"
        self.tree = pathlib.Path(temporary.name) / "tree"
        (self.tree / "tools").mkdir(parents=True)
        shutil.copy(ROOT / "tools" / "setup", self.tree / "tools")
        shutil.copytree(ROOT / "cmake", self.tree / "cmake")
        (self.fake / "index").mkdir(parents=True)
        (self.fake / "bin").mkdir()
        (self.tree / "tools" / "make_clip_tokenizer").write_text(FAKE_MAKE_TOKENIZER)
        (self.tree / "tools" / "make_clip_tokenizer").chmod(0o755)
        programs = {"python3": FAKE_PIP, "dpkg-query": FAKE_DPKG, "apt-get": FAKE_APT, "id": FAKE_ID, "sudo": "#!/bin/sh\nexit 1\n"}
        for name, text in programs.items():
            (self.fake / "bin" / name).write_text(text)
            (self.fake / "bin" / name).chmod(0o755)
        (self.fake / "uid").write_text("0")
        for name, members in WHEELS.items():
            with zipfile.ZipFile(self.fake / "index" / name, "w") as wheel:
                for member, text in members.items():
                    wheel.writestr(member, text)
        torch, runtime, clip = ((self.fake / "index" / name).read_bytes() for name in WHEELS)
        self.require("libtorch", torch, runtime)
        self.require("clip", clip)
        self.libtorch = self.tree / ".deps" / "libtorch"

    def require(self, name: str, *wheels: bytes) -> None:
        lines = [f"part{i}==1 --hash=sha256:{hashlib.sha256(wheel).hexdigest()}\n" for i, wheel in enumerate(wheels)]
        (self.tree / "tools" / f"requirements-{name}.txt").write_text("".join(lines))

    def run_setup(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
        clean = {key: value for key, value in os.environ.items() if key not in ("Torch_DIR", "CMAKE_PREFIX_PATH")}
        path = f"{self.fake / 'bin'}:{os.environ['PATH']}"
        return subprocess.run([str(self.tree / "tools" / "setup"), *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                              env={**clean, "PATH": path, "FAKE": str(self.fake), **environment})

    def downloads(self) -> int:
        log = self.fake / "pip.log"
        return len(log.read_text().splitlines()) if log.exists() else 0

    def assert_complete(self, done: subprocess.CompletedProcess) -> None:
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual((self.libtorch / "torch/lib/libtorch_cpu.so").read_text(), "cpu")
        self.assertEqual((self.libtorch / "nvidia/cu13/lib/libcudart.so.13").read_text(), "runtime")
        self.assertEqual((self.tree / ".deps/clip/bpe_simple_vocab_16e6.txt.gz").read_text(), "merges")
        self.assertTrue((self.tree / ".deps/clip/tokenizer").is_dir())

    def test_fetches_once(self):
        self.assert_complete(self.run_setup())
        self.assertFalse((self.libtorch / "torch/nn.py").exists())
        self.assertFalse((self.libtorch / "torch/lib/libtorch_cuda.so").exists())
        fetched = self.downloads()
        again = self.run_setup()
        self.assert_complete(again)
        self.assertEqual((self.downloads(), again.stderr), (fetched, ""))
        self.assertEqual((self.fake / "made").read_text(), "made\n")

    def test_the_tokenizer_is_made_again_without_a_download(self):
        self.assert_complete(self.run_setup())
        (self.tree / ".deps/clip/tokenizer").rmdir()
        fetched = self.downloads()
        self.assert_complete(self.run_setup())
        self.assertEqual(self.downloads(), fetched)

    def test_a_vocabulary_that_makes_no_tokenizer_fails(self):
        self.assert_complete(self.run_setup())
        (self.tree / ".deps/clip/tokenizer").rmdir()
        (self.tree / ".deps/clip/bpe_simple_vocab_16e6.txt.gz").write_text("damaged")
        self.assertNotEqual(self.run_setup().returncode, 0)

    def test_a_damaged_download_is_repeated(self):
        wheels = self.tree / ".deps" / "wheels"
        wheels.mkdir(parents=True)
        for name in WHEELS:
            (wheels / name).write_bytes((self.fake / "index" / name).read_bytes()[:-7])
        self.assert_complete(self.run_setup())
        self.assertGreater(self.downloads(), 0)

    def test_a_download_of_the_wrong_digest_is_refused(self):
        (self.fake / "index" / "torch-2.11.0-cp311.whl").write_bytes(b"something else")
        done = self.run_setup()
        self.assertEqual(done.returncode, 4)
        self.assertIn("no file in .deps/wheels has the digest", done.stderr)
        self.assertFalse(self.libtorch.exists())

    def test_good_wheels_need_no_network(self):
        (self.fake / "offline").touch()
        failed = self.run_setup()
        self.assertEqual(failed.returncode, 4)
        self.assertIn("copy the wheels into .deps/wheels", failed.stderr)
        fetched = self.downloads()
        shutil.copytree(self.fake / "index", self.tree / ".deps" / "wheels", dirs_exist_ok=True)
        self.assert_complete(self.run_setup())
        self.assertEqual(self.downloads(), fetched)

    def test_a_half_unpacked_folder_is_redone(self):
        (self.libtorch / "torch/lib").mkdir(parents=True)
        (self.libtorch / "torch/lib/libtorch_cpu.so").write_text("cp")
        self.assert_complete(self.run_setup())

    def test_other_pins_are_unpacked_anew(self):
        self.assert_complete(self.run_setup())
        other = self.fake / "index" / "nvidia_cuda_runtime-13.whl"
        with zipfile.ZipFile(other, "w") as wheel:
            wheel.writestr("nvidia/cu13/lib/libcudart.so.13", "newer")
        self.require("libtorch", (self.fake / "index/torch-2.11.0-cp311.whl").read_bytes(), other.read_bytes())
        self.assertEqual(self.run_setup().returncode, 0)
        self.assertEqual((self.libtorch / "nvidia/cu13/lib/libcudart.so.13").read_text(), "newer")

    def test_cuda_adds_its_part(self):
        self.assert_complete(self.run_setup())
        extra = self.fake / "index" / "nvidia_nccl-2.whl"
        with zipfile.ZipFile(extra, "w") as wheel:
            wheel.writestr("nvidia/nccl/lib/libnccl.so.2", "nccl")
        self.require("libtorch-cuda", extra.read_bytes())
        self.assert_complete(self.run_setup("--cuda", CUDA_HOME="/nonexistent"))
        self.assertTrue((self.libtorch / "torch/lib/libtorch_cuda.so").exists())
        self.assertTrue((self.libtorch / "nvidia/nccl/lib/libnccl.so.2").exists())
        fetched = self.downloads()
        self.assert_complete(self.run_setup())
        self.assertEqual(self.downloads(), fetched)
        self.assertTrue((self.libtorch / "torch/lib/libtorch_cuda.so").exists())

    def install_torch(self, *version: int) -> pathlib.Path:
        root = self.fake / "site" / "torch"
        (root / "share/cmake/Torch").mkdir(parents=True)
        (root / "share/cmake/Torch/TorchConfig.cmake").touch()
        (root / "include/torch/headeronly").mkdir(parents=True)
        (root / "include/torch/headeronly/version.h").write_text(VERSION_H.format(*version))
        return root

    def test_an_installed_libtorch_is_taken_first(self):
        root = self.install_torch(2, 11, 0)
        for environment in ({"CMAKE_PREFIX_PATH": f"/nowhere:{root}"}, {"CMAKE_PREFIX_PATH": str(root / "share/cmake")},
                            {"Torch_DIR": str(root / "share/cmake/Torch")}):
            with self.subTest(environment=environment):
                done = self.run_setup(**environment)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn(str(root), done.stderr)
                self.assertFalse(self.libtorch.exists())

    def test_an_installed_libtorch_of_another_version_is_passed_over(self):
        root = self.install_torch(2, 5, 1)
        done = self.run_setup(CMAKE_PREFIX_PATH=str(root))
        self.assert_complete(done)
        self.assertIn("LibTorch 2.5.1", done.stderr)

    def test_missing_packages_without_rights_are_one_line_to_run(self):
        (self.fake / "missing").write_text("ninja-build\nlibhdf5-dev\n")
        (self.fake / "uid").write_text("1000")
        done = self.run_setup()
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stdout, "sudo apt-get update && sudo apt-get install --no-install-recommends -y ninja-build libhdf5-dev\n")
        self.assertFalse(self.libtorch.exists())

    def test_missing_packages_are_installed_as_root(self):
        (self.fake / "missing").write_text("ninja-build\n")
        self.assert_complete(self.run_setup())
        calls = (self.fake / "apt.log").read_text().splitlines()
        self.assertEqual([call.split()[0] for call in calls], ["install", "update", "install"])
        self.assertTrue(calls[-1].endswith(" ninja-build"), calls)

    def test_usage(self):
        done = self.run_setup("--cdua")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--cdua", done.stderr)
        self.assertIn("--cuda", self.run_setup("--help").stdout)


if __name__ == "__main__":
    unittest.main()
