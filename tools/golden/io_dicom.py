"""Golden values for DICOM: files of every transfer syntax and lookup that is read, and the 8-bit pixels they show.

Usage: python tools/golden/io_dicom.py

Needs pydicom, its decoders and numpy (tools/requirements-peers.txt), the images of io_images.py, and dcmcjpeg (Debian package dcmtk), which
writes the JPEG syntaxes. Expected pixels are pydicom's: decoded by its own plugins (colour JPEG by Pillow), then apply_modality_lut,
apply_voi_lut, and the range of the values to 0..255. Writes into tests/golden/io: <name>.dcm, and beside it <name>.dcm.grey or <name>.dcm.rgb.
"""

import io
import pathlib
import subprocess

import numpy as np
import pydicom
from PIL import Image
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.encaps import generate_frames
from pydicom.pixels import apply_color_lut, apply_modality_lut, apply_voi_lut, convert_color_space, pixel_array
from pydicom.uid import (
    JPEG2000,
    DeflatedExplicitVRLittleEndian,
    DigitalXRayImageStorageForPresentation,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)

OUT = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "io"
ROWS, COLUMNS = 40, 56


def chest(bits):
    """A small radiograph of `bits` bits, as int64: a reduced one with noise below, so that every bit is in use."""
    with Image.open(OUT / "nih-1.png") as image:
        small = np.asarray(image.resize((COLUMNS, ROWS), Image.Resampling.BICUBIC), np.int64)
    noise = np.random.default_rng(3).integers(0, 1 << 16, small.shape)
    return (small << (bits - 8)) + (noise & ((1 << (bits - 8)) - 1))


def colour():
    y, x = np.mgrid[0:ROWS, 0:COLUMNS]
    return np.stack([x * 4, y * 6, (x + y) * 2], -1).astype(np.uint8)


def dataset(pixels, stored, syntax=ExplicitVRLittleEndian, signed=False, photometric="MONOCHROME2", allocated=None, high_bit=None):
    ds = FileDataset("", {}, file_meta=FileMetaDataset(), preamble=b"\0" * 128,
                     is_implicit_VR=syntax.is_implicit_VR, is_little_endian=syntax.is_little_endian)
    ds.file_meta.TransferSyntaxUID = syntax
    ds.file_meta.MediaStorageSOPClassUID = DigitalXRayImageStorageForPresentation
    ds.file_meta.MediaStorageSOPInstanceUID = "1.2.3.4"
    ds.file_meta.ImplementationClassUID = "1.2.3"
    ds.SOPClassUID = DigitalXRayImageStorageForPresentation
    ds.SOPInstanceUID = "1.2.3.4"
    ds.PatientID = "PAT-0001"
    ds.PatientSex = "F"
    ds.PatientAge = "054Y"
    ds.ViewPosition = "PA"
    ds.NumberOfFrames = 1
    ds.SamplesPerPixel = 1 if pixels.ndim == 2 else 3
    ds.PhotometricInterpretation = photometric
    ds.Rows, ds.Columns = pixels.shape[:2]
    ds.BitsAllocated = allocated or (8 if stored <= 8 else 16)
    ds.BitsStored = stored
    ds.HighBit = stored - 1 if high_bit is None else high_bit
    ds.PixelRepresentation = int(signed)
    if ds.SamplesPerPixel == 3:
        ds.PlanarConfiguration = 0
    order = ">" if syntax == ExplicitVRBigEndian else "<"
    ds.PixelData = (pixels.astype(np.int64) & ((1 << ds.BitsAllocated) - 1)).astype(f"{order}u{ds.BitsAllocated // 8}").tobytes()
    ds["PixelData"].VR = "OB" if ds.BitsAllocated == 8 else "OW"
    return ds


def table(sequence_vr, entries, first_mapped, bits):
    item = Dataset()
    item.add_new("LUTDescriptor", sequence_vr, [len(entries) % 65536, first_mapped, bits])
    item.add_new("LUTData", "OW", np.asarray(entries, "<u2").tobytes())
    return [item]


def window(ds, center, width, function=None):
    ds.WindowCenter, ds.WindowWidth = center, width
    if function:
        ds.VOILUTFunction = function
    return ds


def write(name, ds, **options):
    ds.save_as(OUT / name, enforce_file_format=options.pop("enforce_file_format", True), **options)


def range_of_window(ds):
    """The range of apply_voi_lut's results for a window, as its documentation says."""
    if "ModalityLUTSequence" in ds:
        return 0, 2 ** ds.ModalityLUTSequence[0].LUTDescriptor[2] - 1
    low = -(2 ** (ds.BitsStored - 1)) if ds.PixelRepresentation else 0
    high = low + 2**ds.BitsStored - 1
    slope, intercept = ds.get("RescaleSlope", 1), ds.get("RescaleIntercept", 0)
    return low * slope + intercept, high * slope + intercept


def grey_of(ds):
    values = apply_modality_lut(pixel_array(ds), ds)
    if "VOILUTSequence" in ds:
        shown, low, high = apply_voi_lut(values, ds), 0, 2 ** ds.VOILUTSequence[0].LUTDescriptor[2] - 1
    elif "WindowWidth" in ds:
        shown, (low, high) = apply_voi_lut(values, ds, index=0), range_of_window(ds)
    else:
        shown, low, high = values, values.min(), values.max()
    grey = np.rint(255 * (shown.astype(np.float64) - low) / max(high - low, 1e-9))
    return 255 - grey if ds.PhotometricInterpretation == "MONOCHROME1" else grey


def rgb_of(ds):
    if ds.PhotometricInterpretation == "PALETTE COLOR":
        return np.rint(apply_color_lut(pixel_array(ds), ds) / 257)
    if ds.file_meta.TransferSyntaxUID == JPEGBaseline8Bit:  # pydicom's plugin is off by up to three levels where chroma is high
        with Image.open(io.BytesIO(next(generate_frames(ds.PixelData, number_of_frames=1)))) as image:
            return np.asarray(image.convert("RGB"))
    pixels = pixel_array(ds, raw=True)
    decoded_as_rgb = ds.PhotometricInterpretation in ("RGB", "YBR_RCT", "YBR_ICT")
    return pixels if decoded_as_rgb else convert_color_space(pixels, "YBR_FULL", "RGB")


def put_expected(name):
    ds = pydicom.dcmread(OUT / name, force=True)
    if not getattr(ds.file_meta, "TransferSyntaxUID", None):
        ds.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    if ds.PhotometricInterpretation.startswith("MONOCHROME"):
        (OUT / (name + ".grey")).write_bytes(grey_of(ds).astype(np.uint8).tobytes())
    else:
        (OUT / (name + ".rgb")).write_bytes(rgb_of(ds).astype(np.uint8).tobytes())


def put(name, ds, **options):
    write(name, ds, **options)
    put_expected(name)


def put_jpeg(name, ds, *options):
    """By dcmcjpeg, whose own random UID is replaced, so that the file is the same every time."""
    write(name, ds)
    subprocess.run(["dcmcjpeg", *options, OUT / name, OUT / name], check=True)
    back = pydicom.dcmread(OUT / name)
    back.SOPInstanceUID = back.file_meta.MediaStorageSOPInstanceUID = "1.2.3.4"
    for tag in ("DerivationDescription", "SourceImageSequence", "DerivationCodeSequence"):
        if tag in back:
            delattr(back, tag)
    put(name, back)


def main():
    c8, c12, c16 = chest(8), chest(12), chest(16)

    put("explicit.dcm", window(dataset(c12, 12), 1500, 2400))
    put("implicit.dcm", dataset(c8, 8, ImplicitVRLittleEndian))
    put("big-endian.dcm", window(dataset(c12, 12, ExplicitVRBigEndian), 2000, 3000))
    put("deflated.dcm", dataset(c12, 12, DeflatedExplicitVRLittleEndian))
    put("monochrome1.dcm", dataset(c12, 12, photometric="MONOCHROME1"))
    put("monochrome1-window.dcm", window(dataset(c16, 16, photometric="MONOCHROME1"), 30000.5, 40000))
    put("two-windows.dcm", window(dataset(c12, 12), [1000, 3000], [1500, 100]))
    put("window-of-one.dcm", window(dataset(c12, 12), 2000, 1))
    put("linear-exact.dcm", window(dataset(c12, 12), 2000, 8, "LINEAR_EXACT"))
    put("sigmoid.dcm", window(dataset(c12, 12), 2000, 1000, "SIGMOID"))

    signed = dataset(c12 - 2048, 12, signed=True)
    signed.RescaleSlope, signed.RescaleIntercept = 2, -100
    put("signed.dcm", window(signed, -500, 3000))
    fraction = dataset(c8, 8)
    fraction.RescaleSlope, fraction.RescaleIntercept = 0.01, -1
    put("fraction.dcm", window(fraction, 0.25, 1.5, "LINEAR_EXACT"))

    curve = np.rint(255 * (np.arange(3000) / 2999) ** 0.5).astype(np.int64)
    modality = dataset(c12, 12)
    modality.ModalityLUTSequence = table("US", curve[::-1] * 200, 500, 16)
    modality.ModalityLUTSequence[0].ModalityLUTType = "US"
    put("modality-lut.dcm", modality)
    voi = window(dataset(c12, 12, photometric="MONOCHROME1"), 100, 50)
    voi.VOILUTSequence = table("US", curve * 16, 700, 12)
    put("voi-lut.dcm", voi)
    voi_8 = dataset(c8, 8)
    voi_8.VOILUTSequence = table("US", curve[::20], 60, 8)
    put("voi-lut-8.dcm", voi_8)
    voi_signed = dataset(c12 - 2048, 12, ImplicitVRLittleEndian, signed=True)
    voi_signed.VOILUTSequence = table("SS", curve[::3] * 257, -800, 16)
    put("voi-lut-signed.dcm", voi_signed)

    write("no-preamble.dcm", dataset(c8, 8, ImplicitVRLittleEndian))
    bare = pydicom.dcmread(OUT / "no-preamble.dcm")
    bare.file_meta, bare.preamble = FileMetaDataset(), None
    put("no-preamble.dcm", bare, enforce_file_format=False, implicit_vr=True, little_endian=True)

    one = window(dataset(np.full((1, 1), 200), 8), 128, 256)
    put("one.dcm", one)

    rgb = colour()
    put("rgb.dcm", dataset(rgb, 8, photometric="RGB"))
    planes = dataset(rgb, 8, photometric="RGB")
    planes.PlanarConfiguration = 1
    planes.PixelData = rgb.transpose(2, 0, 1).tobytes()
    put("rgb-planes.dcm", planes)
    ybr = convert_color_space(rgb, "RGB", "YBR_FULL")
    put("ybr-full.dcm", dataset(ybr, 8, photometric="YBR_FULL"))
    palette = dataset(c8, 8, photometric="PALETTE COLOR")
    for i, channel in enumerate(("Red", "Green", "Blue")):
        palette.add_new(f"{channel}PaletteColorLookupTableDescriptor", "US", [256, 0, 16])
        entries = (np.arange(256, dtype=np.int64) * (200 + 57 * i) + 500 * i) % 65536
        palette.add_new(f"{channel}PaletteColorLookupTableData", "OW", entries.astype("<u2").tobytes())
    put("palette.dcm", palette)

    for name, ds, syntax, options in (
        ("rle.dcm", dataset(c12, 12), RLELossless, {}),
        ("rle-8.dcm", dataset(c8, 8), RLELossless, {}),
        ("jpeg-ls.dcm", dataset(c12, 12), JPEGLSLossless, {}),
        ("jpeg-ls-near.dcm", dataset(c8, 8), JPEGLSNearLossless, {"jls_error": 2}),
        ("jpeg-2000.dcm", window(dataset(c12, 12, photometric="MONOCHROME1"), 2000, 3000), JPEG2000Lossless, {}),
        ("jpeg-2000-16.dcm", dataset(c16, 16), JPEG2000Lossless, {}),
        ("jpeg-2000-lossy.dcm", window(dataset(c8, 8), 128, 256), JPEG2000, {"j2k_cr": [5]}),
        ("jpeg-2000-signed.dcm", dataset(c12 - 2048, 12, signed=True), JPEG2000Lossless, {}),
        ("jpeg-2000-rgb.dcm", dataset(rgb, 8, photometric="RGB"), JPEG2000Lossless, {}),
    ):
        ds.compress(syntax, generate_instance_uid=False, **options)
        put(name, ds)

    # Windows as wide as the values: decoders may differ by one, which a narrower range would make more of.
    put_jpeg("jpeg-baseline.dcm", window(dataset(c8, 8), 128, 256), "+eb", "+q", "95")
    put_jpeg("jpeg-baseline-rgb.dcm", dataset(rgb, 8, photometric="RGB"), "+eb", "+s4", "+q", "95")
    put_jpeg("jpeg-extended.dcm", window(dataset(c12, 12), 2048, 4096), "+ee", "+q", "95")
    put_jpeg("jpeg-lossless.dcm", window(dataset(c16, 16), 32768, 50000), "+e1")
    put_jpeg("jpeg-lossless-predictor.dcm", dataset(c12, 12), "+el", "+sv", "5")


main()
