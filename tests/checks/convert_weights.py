#!/usr/bin/env python3
"""tools/convert_weights on files as PyTorch, Lightning and torchxrayvision write them, and on files that it must refuse."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PEERS = ROOT / ".deps" / "peers" / "bin" / "python"
if not PEERS.exists():
    print("skipped: .deps/peers is absent (tools/peers/install makes it)")
    sys.exit(77)
if pathlib.Path(sys.prefix) != PEERS.parents[1]:
    os.execv(PEERS, [str(PEERS), *sys.argv])

import torch
import torchvision
import torchxrayvision
from safetensors import safe_open
from safetensors.torch import load_file


class Unknown:
    """A class of the file's own."""


class Convert(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        self.output = self.folder / "out.safetensors"

    def convert(self, value, *options, name="in.pt"):
        path = self.folder / name
        torch.save(value, path)
        return self.run_on(path, *options)

    def run_on(self, path, *options):
        return subprocess.run([sys.executable, ROOT / "tools" / "convert_weights", path, self.output, *options], capture_output=True, text=True)

    def converted(self, value, *options):
        done = self.convert(value, *options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return load_file(self.output)

    def refused(self, done, code, *texts):
        self.assertEqual(done.returncode, code, done.stderr)
        for text in texts:
            self.assertIn(text, done.stderr)
        self.assertNotIn("Traceback", done.stderr)
        self.assertEqual([path.name for path in self.folder.glob("out*")], [])

    def test_tensors_of_every_kind_arrive(self):
        base = torch.arange(12.0).reshape(3, 4)
        state = {"shared": base, "again": base, "transposed": base.t(), "row": base[1], "half": base.bfloat16(), "count": torch.tensor(7),
                 "parameter": torch.nn.Parameter(base + 1), "last": torch.rand(1, 2, 3, 4).to(memory_format=torch.channels_last)}
        found = self.converted(state)
        self.assertEqual(sorted(found), sorted(state))
        for name, tensor in state.items():
            self.assertEqual(found[name].dtype, tensor.dtype)
            self.assertTrue(torch.equal(found[name], tensor.detach()), name)
        with safe_open(self.output, "pt") as file:
            self.assertEqual(file.metadata(), {"format": "pt"})

    def test_the_same_weights_give_the_same_bytes(self):
        state = {name: torch.full((3,), float(i)) for i, name in enumerate("badc")}
        self.converted(state)
        first = self.output.read_bytes()
        self.converted(dict(reversed(state.items())))
        self.assertEqual(self.output.read_bytes(), first)

    def test_lightnings_files_and_prefixes(self):
        network = {"model.fc.weight": torch.ones(2, 3), "model.fc.bias": torch.ones(2), "loss.weight": torch.ones(1)}
        checkpoint = {"epoch": 13, "state_dict": network, "hyper_parameters": {"lr": 1e-3}}
        self.assertEqual(sorted(self.converted(checkpoint)), sorted(network))
        self.assertEqual(sorted(self.converted(checkpoint, "--prefix", "model.")), ["fc.bias", "fc.weight"])
        self.assertEqual(sorted(self.converted({"ema": network, "state_dict": {}}, "--key", "ema")), sorted(network))
        self.output.unlink()
        self.refused(self.convert(checkpoint, "--prefix", "net."), 3, "goes on after 'net.'", "'model.fc.weight'")
        self.refused(self.convert(checkpoint, "--key", "weights"), 3, "no dict 'weights'", "'epoch', 'state_dict'")

    def test_what_is_no_dict_of_tensors_is_refused(self):
        self.refused(self.convert({"epoch": 13, "w": torch.ones(1)}), 3, "no dict of dense tensors", "'epoch' is a int", "--key")
        self.refused(self.convert(torch.ones(3)), 3, "holds a Tensor")
        self.refused(self.convert({}), 3, "it is empty")
        self.refused(self.convert({"w": torch.eye(3).to_sparse()}), 3, "no dict of dense tensors")
        self.refused(self.convert({"w": torch.ones(2, dtype=torch.complex64), "x": Unknown}), 3, "Unknown")

    def test_a_class_is_refused_by_name(self):
        self.refused(self.convert({"w": torch.ones(1), "extra": Unknown()}), 3, "the class __main__.Unknown", "--allow-xrv-classes")
        self.refused(self.convert({"w": torch.ones(1), "extra": Unknown()}, "--allow-xrv-classes"), 3, "the class __main__.Unknown")

    def test_whole_networks_need_the_switch(self):
        dense = torchxrayvision.models.DenseNet(growth_rate=4, block_config=(2, 2), num_init_features=4, op_threshs=torch.rand(18))
        self.refused(self.convert(dense), 3, "the class torchxrayvision.models.DenseNet", "--allow-xrv-classes")
        for network in (dense, torchvision.models.resnet18(num_classes=2), torch.nn.DataParallel(torchvision.models.ResNet(
                torchvision.models.resnet.Bottleneck, [1, 1, 1, 1]))):
            found = self.converted(network, "--allow-xrv-classes")
            expected = network.state_dict()
            self.assertEqual(sorted(found), sorted(expected))
            self.assertTrue(all(torch.equal(found[name], expected[name]) for name in expected))

    def test_files_that_cannot_be_read(self):
        self.refused(self.run_on(self.folder / "absent.pt"), 4, "cannot read", "absent.pt")
        text = self.folder / "text.pt"
        text.write_text("no weights at all")
        self.refused(self.run_on(text), 3, "text.pt cannot be read as weights")
        torch.save({"w": torch.ones(1000)}, text)
        text.write_bytes(text.read_bytes()[:2000])
        self.refused(self.run_on(text), 3, "text.pt cannot be read as weights")
        scripted = self.folder / "scripted.pt"
        torch.jit.save(torch.jit.script(torch.nn.Linear(2, 2)), scripted)
        self.refused(self.run_on(scripted), 3, "is a TorchScript module")

    def test_usage(self):
        self.output = self.folder / "out.bin"
        self.refused(self.convert({"w": torch.ones(1)}), 2, "does not end in .safetensors")
        self.output = self.folder / "absent" / "out.safetensors"
        self.refused(self.convert({"w": torch.ones(1)}), 4, "cannot write")


if __name__ == "__main__":
    unittest.main()
