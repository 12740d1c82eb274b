"""Fixtures for the site adapters: small collections in the providers' own layouts, with their headers and the traps of their tables.

Usage: python tools/golden/data_sites.py

Needs numpy, Pillow, pydicom and openpyxl (tools/requirements-peers.txt). Writes into tests/golden/data/<site>, always the same bytes. Patients, reports
and images are invented. What a reader should make of them is in expected.csv, by tools/golden/data_tables.py.
"""

import csv
import datetime
import gzip
import io
import pathlib
import shutil
import zipfile

import numpy as np
import openpyxl
from PIL import Image
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate

OUT = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "data"
HEIGHT, WIDTH = 48, 40


def picture(seed, depth=8):
    """Two dark lungs on a bright body, never the same twice."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    random = np.random.default_rng(seed)
    grey = 0.35 + 0.4 * y / HEIGHT
    for side in (-1, 1):
        centre = WIDTH / 2 + side * (9 + random.uniform(-1, 1))
        grey[((x - centre) / 7) ** 2 + ((y - 22 - random.uniform(-2, 2)) / 15) ** 2 < 1] -= 0.3
    grey += random.normal(0, 0.02, grey.shape)
    return np.clip(np.rint(grey * (2**depth - 1)), 0, 2**depth - 1).astype(np.uint8 if depth == 8 else np.uint16)


def folder_for(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def put_jpeg(path, seed):
    Image.fromarray(picture(seed)).save(folder_for(path), quality=75)


def put_png(path, seed, mode="L"):
    pixels = picture(seed, 16 if mode == "I;16" else 8)
    image = Image.fromarray(pixels)
    if mode == "RGBA":  # some of NIH's files are
        image = Image.merge("RGBA", [image] * 3 + [Image.new("L", image.size, 255)])
    image.save(folder_for(path), optimize=True)


def put_dicom(path, seed, sex="", age="", photometric="MONOCHROME2", jpeg2000=False):
    pixels = picture(seed, 12)
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.1.1"
    meta.MediaStorageSOPInstanceUID = f"1.2.826.0.1.3680043.8.498.{seed}"
    meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.90" if jpeg2000 else "1.2.840.10008.1.2.1"
    meta.ImplementationClassUID = "1.2.826.0.1.3680043.8.498.1"
    data = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
    data.SOPClassUID = meta.MediaStorageSOPClassUID
    data.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    if sex:
        data.PatientSex = sex
    if age is not None:
        data.PatientAge = age
    data.Rows, data.Columns, data.SamplesPerPixel = HEIGHT, WIDTH, 1
    data.PhotometricInterpretation = photometric
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 12, 11, 0
    data.WindowCenter, data.WindowWidth = "2048", "4096"
    data.RescaleIntercept, data.RescaleSlope = "0", "1"
    stored = 4095 - pixels if photometric == "MONOCHROME1" else pixels
    if jpeg2000:
        code = io.BytesIO()
        Image.fromarray(stored).save(code, "JPEG2000", no_jp2=True, irreversible=False)
        data.PixelData = encapsulate([code.getvalue()])
        data["PixelData"].VR = "OB"
    else:
        data.PixelData = stored.astype("<u2").tobytes()
        data["PixelData"].VR = "OW"
    data.save_as(folder_for(path), enforce_file_format=True)


def csv_text(header, rows, end="\n"):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=end)
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def put(path, text):
    data = text.encode()
    if path.suffix == ".gz":
        data = gzip.compress(data, mtime=0)
    folder_for(path).write_bytes(data)


def put_xlsx(path, header, rows):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(header)
    for row in rows:
        sheet.append(row)
    book.properties.created = datetime.datetime(2024, 1, 1)
    packed = io.BytesIO()
    book.save(packed)
    with zipfile.ZipFile(packed) as source, zipfile.ZipFile(folder_for(path), "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():  # the library stamps them with the time of the day
            content = source.read(name)
            if name == "docProps/core.xml":
                begin = content.index(b"<dcterms:modified")
                content = content[:begin] + content[content.index(b"</dcterms:modified>") + len(b"</dcterms:modified>"):]
            target.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)


# ---- MIMIC-CXR ----

CHEXPERT_14 = ["Atelectasis", "Cardiomegaly", "Consolidation", "Edema", "Enlarged Cardiomediastinum", "Fracture", "Lung Lesion", "Lung Opacity",
               "No Finding", "Pleural Effusion", "Pleural Other", "Pneumonia", "Pneumothorax", "Support Devices"]

# dicom_id, subject, study, view, date
MIMIC_IMAGES = [
    ("02aa0000-bde00000-112c0000-7bc10000-4e380001", 10000032, 50414267, "PA", "21800506"),
    ("174a0000-49f60000-65f20000-f0840000-36090002", 10000032, 50414267, "LATERAL", "21800506"),  # the study's labels hold for both
    ("2a280000-7fcc0000-aecf0000-5f8d0000-fc030003", 10000032, 53189527, "PA", "21800626"),
    ("e0840000-c3f40000-5d660000-a9f20000-8c980004", 10000032, 53189527, "LL", "21800626"),
    ("68b50000-07e30000-c0400000-d8d70000-5bbb0005", 10000048, 53911762, "AP", "21800723"),
    ("fffa0000-a6e60000-9da30000-73900000-f4c60006", 10000048, 53911762, "", "21800723"),  # view not stored
    ("ea030000-c5860000-ea600000-9c200000-51380007", 10000117, 56699142, "AP", "21850805"),  # no row in the label tables
    ("096a0000-2f780000-61690000-43b80000-09c20008", 10000117, 57375967, "AP", "21860805"),
    ("d0b70000-ee5c0000-82e20000-2c900000-d1a40009", 10000204, 50578979, "PA", "22100101"),  # unknown to MIMIC-IV
    ("8ae70000-5b710000-c6d10000-3bd10000-b76b000a", 10000311, 51967283, "PA", "21110909"),  # anchor_age 0
    ("7fbd0000-33f10000-20d10000-46ab0000-d32c000b", 10000420, 54205396, "PA", "21500303"),
    ("4a620000-dd010000-11c20000-18cf0000-2f1e000c", 10000420, 54205396, "AP RLD", "21500303"),
    ("4a620000-dd010000-11c20000-18cf0000-2f1e000c", 10000420, 54205396, "AP RLD", "21500303"),  # again
    ("b79e0000-d5b70000-bc0a0000-be1c0000-9c0d000d", 10000533, 58913004, "AP", "23400405"),  # 150 years after the anchor
    ("d2020000-e7f00000-cd310000-2c510000-f3d6000e", 10000640, 59988438, "PA", "21270320"),
    ("c9e20000-1a2b0000-99aa0000-1f2e0000-77aa000f", 10000711, 59988439, "PA", "21270321"),  # not in the split table
    ("aaaa0000-1a2b0000-99aa0000-1f2e0000-77aa0010", "1000064x", 59988439, "PA", "21270321"),
]

MIMIC_LABELS = {  # study: label -> text
    50414267: {"No Finding": "1.0"},
    53189527: {"Pleural Effusion": "1.0", "Edema": "-1.0", "Cardiomegaly": "0.0"},
    53911762: {"Atelectasis": "-1.0", "Support Devices": "1.0", "Pneumothorax": "0.0"},
    57375967: {"Cardiomegaly": "1.0", "Lung Opacity": "1.0"},
    50578979: {"Pneumonia": "1.0", "Consolidation": "-1.0", "Fracture": "0.0"},
    51967283: {},
    54205396: {"Lung Lesion": "1.0", "Pleural Other": "-1.0", "Enlarged Cardiomediastinum": "0.0"},
    58913004: {"No Finding": "1.0", "Support Devices": "1.0"},
    59988438: {"Edema": "1.0", "Pleural Effusion": "1.0"},
    59988439: {"Edema": "0.0"},
}

MIMIC_REPORTS = {
    50414267: """\
                                 FINAL REPORT
 EXAMINATION:  CHEST (PA AND LAT)

 INDICATION:  ___F with new onset ascites  // eval for infection

 TECHNIQUE:  Chest PA and lateral

 COMPARISON:  None.

 FINDINGS:

 Lungs are clear.  There is no pleural effusion.  Tip of the line seen on
 ___ is no longer there.

 IMPRESSION:

 No acute process in the chest.
 Discussed with Dr. ___ at 10:32 on the ___.
""",
    53189527: """\
                                 FINAL REPORT
 HISTORY:  Shortness of breath.

 Findings: A small left pleural effusion is new.
   The heart is not enlarged; mild edema: cannot be excluded.
""",  # no impression, headings in small letters, a colon within a sentence
    53911762: """\
                                 FINAL ADDENDUM
 ADDENDUM  IMPRESSION: Tube has been moved.
______________________________________________________________________________
                                 FINAL REPORT
 INDICATION:  Line placement.

 FINDINGS AND IMPRESSION:

 1.  Basal atelectasis is possible.
 2.  Line ends in the ___ atrium.

 RECOMMENDATION(S):  Repeat in ___ weeks.
______________________________________________________________________________
                                 FINAL REPORT
 CHEST:
 IMPRESSION:
""",  # an addendum before; the last impression is empty
    57375967: """\
                                 FINAL REPORT
 PORTABLE CHEST OF ___

 Heart is large.  Opacities in both lungs.
""",  # no section at all
    50578979: "FINAL REPORT\r\nFINDINGS:\r\nRight lower lobe pneumonia.\r\n\r\nCONCLUSION:\r\nPneumonia.\r\n",
    54205396: " FINAL REPORT\n IMPRESSION:  " + " ".join(f"Nodule number {i} is unchanged." for i in range(1, 90)) + "\n",
    58913004: " WET READ: ___ ___ ___ 8:00 AM\n  No pneumothorax.\n FINAL REPORT\n IMPRESSION:  Leads end where they should.\n\n NOTIFICATION:  Told.\n",
    59988438: " FINAL REPORT\n FINDINGS:  Effusions on both sides, \xb5 small.\n IMPRESSION:\n\n",  # empty impression
    59988439: " FINAL REPORT\n IMPRESSION: Edema has gone.\n",
}


def mimic():
    root = OUT / "mimic-cxr"
    seen = set()
    rows = []
    for seed, (dicom, subject, study, view, date) in enumerate(MIMIC_IMAGES):
        rows.append([dicom, subject, study, "CHEST (PA AND LAT)", view, HEIGHT, WIDTH, date, "213014.531", "CHEST (PA AND LAT)",
                     "postero-anterior", "Erect"])
        if dicom not in seen and isinstance(subject, int):
            seen.add(dicom)
            put_jpeg(root / "files" / f"p{str(subject)[:2]}" / f"p{subject}" / f"s{study}" / f"{dicom}.jpg", seed)
    put(root / "mimic-cxr-2.0.0-metadata.csv.gz", csv_text(
        ["dicom_id", "subject_id", "study_id", "PerformedProcedureStepDescription", "ViewPosition", "Rows", "Columns", "StudyDate", "StudyTime",
         "ProcedureCodeSequence_CodeMeaning", "ViewCodeSequence_CodeMeaning", "PatientOrientationCodeSequence_CodeMeaning"], rows))

    subjects = {study: subject for _, subject, study, _, _ in MIMIC_IMAGES if isinstance(subject, int)}
    for labeler in ("chexpert", "negbio"):
        lines = []
        for study, labels in MIMIC_LABELS.items():
            if labeler == "negbio":  # the labelers differ
                labels = {name: "0.0" if text == "-1.0" else text for name, text in labels.items()}
            lines.append([subjects[study], study] + [labels.get(name, "") for name in CHEXPERT_14])
        suffix = ".csv.gz" if labeler == "chexpert" else ".csv"
        put(root / f"mimic-cxr-2.0.0-{labeler}{suffix}", csv_text(["subject_id", "study_id"] + CHEXPERT_14, lines))

    split_of = {10000032: "train", 10000048: "train", 10000117: "validate", 10000204: "test", 10000311: "train", 10000420: "test",
                10000533: "train", 10000640: "train"}
    lines = [[dicom, study, subject, split_of[subject]] for dicom, subject, study, _, _ in MIMIC_IMAGES if subject in split_of]
    put(root / "mimic-cxr-2.0.0-split.csv.gz", csv_text(["dicom_id", "study_id", "subject_id", "split"], lines[::-1]))

    put(root / "demographics" / "patients.csv.gz", csv_text(
        ["subject_id", "gender", "anchor_age", "anchor_year", "anchor_year_group", "dod"],
        [[10000032, "F", 52, 2180, "2014 - 2016", "2180-09-09"], [10000048, "F", 23, 2126, "2008 - 2010", ""],
         [10000117, "F", 48, 2174, "2008 - 2010", ""], [10000311, "M", 0, 2110, "2011 - 2013", ""],
         [10000420, "M", 91, 2150, "2011 - 2013", ""], [10000533, "M", 40, 2190, "2014 - 2016", ""],
         [10000640, "F", 60, 2126, "2014 - 2016", ""], [10000711, "M", 18, 2127, "2014 - 2016", ""]]))
    header = ["subject_id", "hadm_id", "admittime", "dischtime", "deathtime", "admission_type", "admit_provider_id", "admission_location",
              "discharge_location", "insurance", "language", "marital_status", "race", "edregtime", "edouttime", "hospital_expire_flag"]
    races = [(10000032, "WHITE"), (10000032, "OTHER"), (10000048, "BLACK/CAPE VERDEAN"), (10000117, "HISPANIC/LATINO - PUERTO RICAN"),
             (10000311, "ASIAN - CHINESE"), (10000420, "UNABLE TO OBTAIN"), (10000420, "WHITE"), (10000533, "PORTUGUESE"),
             (10000640, "WHITE - RUSSIAN"), (10000640, "PATIENT DECLINED TO ANSWER"),
             (10000711, "SOUTH AMERICAN")]
    lines = [[subject, 22595853 + i, "2180-05-06 22:23:00", "2180-05-07 17:15:00", "", "URGENT", "P49AFC", "TRANSFER FROM HOSPITAL", "HOME",
              "Medicaid", "English", "WIDOWED", race, "", "", 0] for i, (subject, race) in enumerate(races)]
    put(root / "demographics" / "admissions.csv.gz", csv_text(header, lines))
    old = [name.replace("race", "ethnicity") for name in header if name != "admit_provider_id"]
    put(root / "demographics-v1" / "patients.csv", gzip.decompress((root / "demographics" / "patients.csv.gz").read_bytes()).decode())
    put(root / "demographics-v1" / "admissions.csv", csv_text(old, [line[:6] + line[7:] for line in lines]))

    for study, text in MIMIC_REPORTS.items():
        subject = str(subjects[study])
        path = root / "reports" / "files" / f"p{subject[:2]}" / f"p{subject}" / f"s{study}.txt"
        folder_for(path).write_bytes(text.encode("latin-1"))  # one of them is not UTF-8


# ---- CheXpert ----

CHEXPERT_HEADER = ["Path", "Sex", "Age", "Frontal/Lateral", "AP/PA", "No Finding", "Enlarged Cardiomediastinum", "Cardiomegaly", "Lung Opacity",
                   "Lung Lesion", "Edema", "Consolidation", "Pneumonia", "Atelectasis", "Pneumothorax", "Pleural Effusion", "Pleural Other",
                   "Fracture", "Support Devices"]


def chexpert():
    root = OUT / "chexpert"

    def row(path, sex, age, side, direction, **labels):
        names = {name.replace(" ", "_"): name for name in CHEXPERT_HEADER[5:]}
        labels = {names[name]: text for name, text in labels.items()}
        return [path, sex, age, side, direction] + [labels.get(name, "") for name in CHEXPERT_HEADER[5:]]

    small, full = "CheXpert-v1.0-small/", "CheXpert-v1.0/"
    train = [
        row(small + "train/patient00001/study1/view1_frontal.jpg", "Female", 68, "Frontal", "AP", No_Finding="1.0", Pneumothorax="0.0",
            Support_Devices="1.0"),
        row(small + "train/patient00002/study2/view1_frontal.jpg", "Female", 87, "Frontal", "AP", Cardiomegaly="-1.0", Lung_Opacity="1.0",
            Edema="-1.0", Fracture="1.0"),
        row(small + "train/patient00002/study1/view1_frontal.jpg", "Female", 83, "Frontal", "AP", Lung_Opacity="1.0", Consolidation="-1.0"),
        row(small + "train/patient00002/study1/view2_lateral.jpg", "Female", 83, "Lateral", "", Lung_Opacity="1.0", Consolidation="-1.0"),
        row(small + "train/patient00003/study1/view1_frontal.jpg", "Male", 41, "Frontal", "PA", Edema="1.0", Pleural_Effusion="0.0"),
        row(small + "train/patient00004/study1/view1_frontal.jpg", "Unknown", 0, "Frontal", "PA", No_Finding="1.0"),  # neither sex nor age known
        row(small + "train/patient00005/study1/view1_frontal.jpg", "Male", 20, "Frontal", "LL", Pneumonia="-1.0"),
        row(small + "train/patient00006/study1/view1_frontal.jpg", "Male", 55, "Frontal", "RL", Atelectasis="1.0"),
        row(full + "train/patient00007/study1/view1_frontal.jpg", "Female", 90, "Frontal", "AP", Lung_Lesion="1.0", Pleural_Other="1.0"),
        row(full + "train/patient00008/study1/view1_frontal.jpg", "Female", 31, "Frontal", "", Enlarged_Cardiomediastinum="0.0"),
        row(small + "train/patient00003/study1/view1_frontal.jpg", "Male", 41, "Frontal", "PA", Edema="1.0"),  # again
        row(small + "train/patient00009/study1/view1_frontal.jpg", "Male", 50, "Frontal", "PA", Edema="2.0"),  # no label
        row(small + "train/unnamed/study1/view1_frontal.jpg", "Male", 50, "Frontal", "PA"),
        row(small + "train/patient00010/study1/view1_frontal.jpg", "Martian", 50, "Frontal", "PA"),
    ]
    valid = [
        row(small + "valid/patient64541/study1/view1_frontal.jpg", "Male", 73, "Frontal", "AP",
            **{name.replace(" ", "_"): "0.0" for name in CHEXPERT_HEADER[5:]} | {"Cardiomegaly": "1.0"}),
        row(small + "valid/patient64541/study1/view2_lateral.jpg", "Male", 73, "Lateral", "",
            **{name.replace(" ", "_"): "0.0" for name in CHEXPERT_HEADER[5:]} | {"Cardiomegaly": "1.0"}),
    ]
    put(root / "train.csv", csv_text(CHEXPERT_HEADER, train))
    # Released with the columns in another order: labels are joined by name.
    order = list(range(5)) + [6, 5] + list(range(7, 19))
    put(root / "valid.csv", csv_text([CHEXPERT_HEADER[i] for i in order], [[line[i] for i in order] for line in valid]))
    for seed, line in enumerate(train[:10] + valid):
        put_jpeg(root / line[0].split("/", 1)[1], 100 + seed)

    header = ["PATIENT", "GENDER", "AGE_AT_CXR", "PRIMARY_RACE", "ETHNICITY"]
    people = [["patient00001", "Female", 68, "White, non-Hispanic", "Non-Hispanic/Non-Latino"],
              ["patient2", "Female", 87, "Black or African American", "Non-Hispanic/Non-Latino"],  # numbers are not padded everywhere
              ["patient00003", "Male", 41, "Asian", "Unknown"],
              ["patient00004", "Unknown", 0, "Race and Ethnicity Unknown", "Unknown"],
              ["patient00005", "Male", 20, "White", "Hispanic/Latino"],
              ["patient00006", "Male", 55, "Native Hawaiian or Other Pacific Islander", "Non-Hispanic/Non-Latino"],
              ["patient00007", "Female", 90, "Patient Refused", "Patient Refused"],
              ["patient00007", "Female", 90, "White", "Unknown"],
              ["patient64541", "Male", 73, None, None],
              ["patient99999", "Male", 73, "Other", "Not Hispanic"]]
    put_xlsx(root / "CHEXPERT DEMO.xlsx", header, people)
    put(root / "CHEXPERT DEMO.csv", csv_text(header, people))


# ---- NIH ChestX-ray14 ----

NIH_ROWS = [  # image, findings, follow-up, patient, age, sex, view
    ("00000001_000.png", "Cardiomegaly", 0, 1, 57, "M", "PA"),
    ("00000001_001.png", "Cardiomegaly|Emphysema", 1, 1, 58, "M", "PA"),
    ("00000001_002.png", "Cardiomegaly|Effusion", 2, 1, 58, "M", "PA"),
    ("00000002_000.png", "No Finding", 0, 2, 80, "M", "PA"),
    ("00000003_000.png", "Hernia", 0, 3, 74, "F", "PA"),
    ("00000003_001.png", "Hernia|Infiltration|Mass|Nodule", 1, 3, 75, "F", "AP"),
    ("00000004_000.png", "Mass|Nodule", 0, 4, 82, "M", "AP"),
    ("00000005_000.png", "Pleural_Thickening", 0, 5, 69, "F", "PA"),
    ("00000006_000.png", "Pneumonia|Pneumothorax", 0, 6, 0, "M", "AP"),  # younger than one year
    ("00000007_000.png", "Atelectasis|Consolidation|Edema|Fibrosis", 0, 7, 33, "F", "AP"),
    ("00030805_000.png", "No Finding", 0, 30805, 27, "M", "PA"),
    ("00000008_000.png", "Infiltrate", 0, 8, 27, "M", "PA"),  # the name in the table of boxes only
    ("00000009_000.png", "Mass of unknown kind", 0, 9, 27, "M", "PA"),  # not the finding Mass
    ("00000002_000.png", "No Finding", 0, 2, 80, "M", "PA"),  # again
    ("00000010_000.png", "", 0, 10, 27, "M", "PA"),
]


def nih():
    header = "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position,OriginalImage[Width,Height]," \
             "OriginalImagePixelSpacing[x,y]"  # two names with a comma, not quoted
    lines = [",".join(map(str, row)) + ",2682,2749,0.143,0.143" for row in NIH_ROWS]
    good = [row[0] for row in NIH_ROWS[:11]]

    root = OUT / "nih"
    put(root / "Data_Entry_2017_v2020.csv", "\n".join([header] + lines) + "\n")
    put(root / "train_val_list.txt", "\n".join(good[:4] + good[6:9]) + "\n")
    put(root / "test_list.txt", "\r\n".join(good[4:6] + good[9:10]))  # the last image is in neither
    for seed, name in enumerate(good):
        archive = "images_001" if seed < 6 else "images_012"
        put_png(root / archive / "images" / name, 200 + seed, "RGBA" if seed in (3, 7) else "L")

    root = OUT / "nih-2017"  # as first released
    ages = {0: "058Y", 3: "414", 4: "009M", 5: "020D", 6: "155"}
    old = []
    for index, row in enumerate(NIH_ROWS[:8]):
        fields = list(map(str, row))
        fields[4] = ages.get(index, fields[4])
        old.append(",".join(fields) + ",2682,2749,0.143,0.143,")
    put(root / "Data_Entry_2017.csv", "\n".join([header + ","] + old) + "\n")
    for seed, name in enumerate(good[:8]):
        put_png(root / "images" / name, 200 + seed)


# ---- PadChest ----

PADCHEST_HEADER = ["", "ImageID", "ImageDir", "StudyDate_DICOM", "StudyID", "PatientID", "PatientBirth", "PatientSex_DICOM", "ViewPosition_DICOM",
                   "Projection", "MethodProjection", "Pediatric", "Modality_DICOM", "Manufacturer_DICOM", "PhotometricInterpretation_DICOM",
                   "PixelRepresentation_DICOM", "PixelAspectRatio_DICOM", "SpatialResolution_DICOM", "BitsStored_DICOM", "WindowCenter_DICOM",
                   "WindowWidth_DICOM", "Rows_DICOM", "Columns_DICOM", "XRayTubeCurrent_DICOM", "Exposure_DICOM", "ExposureInuAs_DICOM",
                   "ExposureTime", "RelativeXRayExposure_DICOM", "ReportID", "Report", "MethodLabel", "Labels", "Localizations",
                   "LabelsLocalizationsBySentence", "labelCUIS", "LocalizationsCUIS"]

# image, folder, date, patient, birth, sex, projection, method, labels
PADCHEST_ROWS = [
    ("2053668664-001_k6ga29.png", 0, "20140915", "839860488694", "1930.0", "F", "L", "Physician", "['pulmonary fibrosis', 'chronic changes']"),
    ("2053668664-002_tuzdou.png", 0, "20140915", "839860488694", "1930.0", "F", "PA", "Physician", "['pulmonary fibrosis', 'chronic changes']"),
    ("1370460-003.png", 0, "20120102", "313572750430", "1936.0", "M", "PA", "Physician", "['chronic changes', ' pleural effusion ', '']"),
    ("1370460-004.png", 0, "20120102", "313572750431", "1936.0", "M", "AP", "RNN_model", "['normal']"),
    ("1370460-005.png", 0, "20150102", "313572750432", "2014.0", "F", "AP_horizontal", "RNN_model", "['subcutaneous emphysema', 'pseudonodule']"),
    ("1370460-006.png", 1, "20150102", "313572750433", "", "", "PA", "RNN_model", "['emphysema', 'nodule']"),
    ("1370460-007.png", 1, "20150102", "313572750434", "1880.0", "O", "PA", "Physician", "[\"bone's edge, irregular\", 'normal']"),
    ("1370460-008.png", 1, "20150102", "313572750435", "1950.0", "None", "COSTAL", "Physician", "[]"),
    ("1370460-009.png", 1, "20150102", "313572750436", "1950.0", "M", "PA", "Physician", "nan"),
    ("1370460-010.png", 1, "20150102", "313572750437", "1950.0", "M", "PA", "Physician", ""),
    ("1370460-011.png", 1, "20150102", "313572750438", "1950.0", "M", "PA", "Physician", "['unchanged']"),
    ("1370460-012.png", 1, "20150102", "313572750439", "1950.0", "M", "PA", "RNN_model", "['cardiomegaly', 'exclude']"),
    ("1370460-013.png", 1, "20150102", "313572750440", "1950.0", "M", "EXCLUDE", "Physician", "['normal']"),
    ("1370460-014.png", 1, "20150102", "313572750441", "1950.0", "M", "UNK", "Physician", "['excluded diaphragm']"),
    ("1370460-015.png", 1, "20150102", "313572750442", "1950.0", "M", "PA", "Physician", "['normal'"),  # no list
    ("1370460-004.png", 0, "20120102", "313572750431", "1936.0", "M", "AP", "RNN_model", "['normal']"),  # again
    ("", 0, "20120102", "313572750431", "1936.0", "M", "AP", "RNN_model", "['normal']"),
]


def padchest():
    root = OUT / "padchest"
    lines = []
    for index, (image, folder, date, patient, birth, sex, projection, method, labels) in enumerate(PADCHEST_ROWS):
        report = 'cambi pulmon cronic sever . sign "fibrosis" bibasal , sutil infiltr pseudonodul .'
        lines.append([index, image, folder, date, f"study-{patient}", patient, birth, sex, "POSTEROANTERIOR", projection,
                      "Manual review of DICOM fields", "No", "CR", "ImagingDynamicsCompanyLtd", "MONOCHROME2", 0, "", "0.15", 12, 2048.0, 4096.0,
                      HEIGHT, WIDTH, 400, "3.0", "", 11, "-1.42", 4765777 + index, report, method, labels, "['loc basal bilateral']",
                      "[['pulmonary fibrosis', 'loc basal bilateral'], ['chronic changes']]", "['C0034069' 'C0742362']", "['C1282378']"])
        if image and index < 14:
            put_png(root / str(folder) / image, 300 + index, "I;16")
    put(root / "PADCHEST_chest_x_ray_images_labels_160K_01.02.19.csv.gz", csv_text(PADCHEST_HEADER, lines))


# ---- VinDr-CXR ----

VINDR_LABELS = ["Aortic enlargement", "Atelectasis", "Calcification", "Cardiomegaly", "Clavicle fracture", "Consolidation", "Edema", "Emphysema",
                "Enlarged PA", "ILD", "Infiltration", "Lung Opacity", "Lung cavity", "Lung cyst", "Mediastinal shift", "Nodule/Mass",
                "Pleural effusion", "Pleural thickening", "Pneumothorax", "Pulmonary fibrosis", "Rib fracture", "Other lesion", "COPD", "Lung tumor",
                "Pneumonia", "Tuberculosis", "Other diseases", "No finding"]


def vindr():
    root = OUT / "vindr-cxr"
    ids = [f"{index:02x}9d1f{index * 37 % 256:02x}e4b7a3c5d8f0126b4e7a9c{index:02x}" for index in range(14)]

    def votes(*labels):
        return ["1" if name in labels else "0" for name in VINDR_LABELS]

    readings = [  # image, reader, labels
        (0, "R9", votes("No finding")), (0, "R8", votes("No finding")), (0, "R10", votes("No finding")),
        (1, "R1", votes("Cardiomegaly", "Pleural effusion")), (2, "R9", votes("Nodule/Mass")),  # the readings of an image need not be neighbours
        (1, "R2", votes("Cardiomegaly")), (2, "R10", votes("Other diseases")), (1, "R3", votes("No finding")),
        (2, "R8", votes("Nodule/Mass", "Other diseases")),
        (3, "R9", votes("Pneumothorax")), (3, "R10", votes("No finding")),  # two readers only: a tie
        (4, "R9", votes("ILD")), (4, "R9", votes("No finding")), (4, "R10", votes("ILD")), (4, "R11", votes("ILD")),  # one reader twice
        (5, "R1", votes("Edema")), (5, "R2", [""] * len(VINDR_LABELS)), (5, "R3", votes("No finding", "Edema")),  # one left it empty
        (6, "R1", votes("Tuberculosis")), (6, "R2", votes("Tuberculosis")), (6, "R3", votes("Tuberculosis")),
        (7, "R1", votes("No finding")), (7, "R2", votes("No finding")), (7, "R3", votes("No finding")),
        (8, "R1", ["7"] + votes()[1:]), (8, "R2", votes("No finding")), (8, "R3", votes("No finding")),  # no vote
    ]
    put(root / "annotations" / "image_labels_train.csv", csv_text(
        ["image_id", "rad_id"] + VINDR_LABELS, [[ids[image], reader] + labels for image, reader, labels in readings]))
    consensus = [(9, votes("No finding")), (10, votes("Other diseases", "COPD")), (11, votes("Lung tumor")), (12, votes("Pneumonia")),
                 (9, votes("No finding"))]
    test_names = ["Other disease" if name == "Other diseases" else name for name in VINDR_LABELS]  # spelled otherwise here
    put(root / "annotations" / "image_labels_test.csv", csv_text(["image_id"] + test_names, [[ids[image]] + labels for image, labels in consensus]))

    people = {0: ("M", "054Y"), 1: ("F", "011M"), 2: ("F", ""), 3: ("O", "000Y"), 4: ("", None), 5: ("M", "238Y"), 6: ("F", "003D"), 7: ("M", "061Y"),
              8: ("F", "030Y"), 9: ("M", "045Y"), 10: ("F", "080Y"), 12: ("M", "")}
    for index, (sex, age) in people.items():
        path = root / ("train" if index < 9 else "test") / f"{ids[index]}.dicom"
        put_dicom(path, 400 + index, sex, age, "MONOCHROME1" if index in (1, 4, 10) else "MONOCHROME2", jpeg2000=index in (2, 4, 9))
    (root / "test" / f"{ids[11]}.dicom").write_bytes(b"no DICOM\n" * 30)


# ---- any table ----


def table():
    root = OUT / "table"
    header = ["patient_id", "image", "sex", "age", "age_group", "race", "view", "split", "report", "Effusion", "No_Finding", "Mass", "source_url",
              "Remarks"]
    rows = [
        ["p1", "images/a.png", "F", "57", "", "Asian", "PA", "train", 'Small "effusion",\r\nleft.', "1", "0", "", "https://example.org/a", "1"],
        ["p1", "images/b.png", "F", "57.5", "40-59", "", "LATERAL", "train", "", "1.0", "0.0", "-1", "https://example.org/b", "0"],
        ["p2", "./images/c.png", "M", "", "80+", "", "AP", "valid", "", "-1.0", "", "", "https://example.org/c", "seen by Ω"],
        ["p3", "images/d.png", "", "0", "", "", "", "test", "", "0", "1", "", "", ""],
        ["p3", "images/../images/d.png", "", "0", "", "", "", "test", "", "0", "1", "", "", ""],
        ["p3", "../d.png", "", "0", "", "", "", "test", "", "0", "1", "", "", ""],
        ["", "images/e.png", "", "0", "", "", "", "test", "", "0", "1", "", "", ""],
        ["p4", "images/e.png", "X", "0", "", "", "", "test", "", "0", "1", "", "", ""],
        ["p4", "images/e.png", "", "414", "", "", "", "test", "", "0", "1", "", "", ""],
        ["p4", "images/e.png", "", "30", "80+", "", "", "test", "", "0", "1", "", "", ""],
        ["p4", "images/e.png", "", "", "", "", "", "holdout", "", "0", "1", "", "", ""],
        ["p4", "", "", "", "", "", "", "", "", "0", "1", "", "", ""],
    ]
    put(root / "metadata.csv", "\ufeff" + csv_text(header, rows, "\r\n"))
    for seed, name in enumerate("abcd"):
        put_png(root / "images" / f"{name}.png", 500 + seed)


# ---- a workbook that no spreadsheet program would write ----


def odd_workbook():
    parts = {
        "xl/workbook.xml": '<workbook xmlns:r="r"><sheets><sheet name="One" sheetId="2" r:id="rId7"/><sheet name="Two" sheetId="1" r:id="rId1"/>'
                           "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/>'
                                      '<Relationship Id="rId7" Target="/xl/worksheets/first.xml"/></Relationships>',
        "xl/sharedStrings.xml": "<sst><si><t>name</t></si><si><r><t>two</t></r><r><rPr/><t xml:space=\"preserve\"> fonts, &amp; a \"</t></r></si></sst>",
        "xl/worksheets/sheet1.xml": "<worksheet><sheetData/></worksheet>",
        "xl/worksheets/first.xml":
            '<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c t="inlineStr"><is><t>age</t></is></c><c r="D1" t="str"><v>sum</v></c></row>'
            '<row><c r="A2" t="s"><v>1</v></c><c r="B2"><v>57.5</v></c><c r="C2"/></row>'
            '<row r="5"><c r="D5" t="b"><v>1</v></c></row></sheetData></worksheet>',
    }
    with zipfile.ZipFile(folder_for(OUT / "workbook" / "odd.xlsx"), "w", zipfile.ZIP_DEFLATED) as target:
        for name, text in parts.items():
            target.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), text, zipfile.ZIP_DEFLATED)


def main():
    odd_workbook()
    for site, make in {"mimic-cxr": mimic, "chexpert": chexpert, "nih": nih, "padchest": padchest, "vindr-cxr": vindr, "table": table}.items():
        for folder in (site, "nih-2017") if site == "nih" else (site,):
            shutil.rmtree(OUT / folder, ignore_errors=True)
        make()


if __name__ == "__main__":
    main()
