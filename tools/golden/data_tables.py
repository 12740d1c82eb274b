"""Golden tables of the site adapters: what the fixtures of tools/golden/data_sites.py say, read by pandas.

Usage: python tools/golden/data_tables.py

Needs pandas, openpyxl, pydicom and torchxrayvision (tools/requirements-peers.txt). Writes expected*.csv beside each fixture's tables: image, patient,
sex, age, view, race, split, report, then the labels: 1 present, 0 absent, u uncertain, empty not mentioned. Rows in the order of the tables, without
those that cannot be used. Labels, sexes and ages of CheXpert, MIMIC-CXR and NIH are compared with those of torchxrayvision's data sets, which read the
same tables; where its conventions differ (No Finding makes the others absent, uncertain is unknown), the comparison follows them.
"""

import ast
import math
import pathlib
import re
import tempfile

import numpy as np
import pandas as pd
import pydicom
import torchxrayvision as xrv

SITES = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "data"
STATES = {"1.0": "1", "0.0": "0", "-1.0": "u", "": "", "1": "1", "0": "0", "-1": "u"}
NO_RACE = ("UNKNOWN", "UNABLE", "DECLINED", "REFUSED")


def read(path, **options):
    return pd.read_csv(path, dtype=str, keep_default_na=False, **options)


def race(text):
    text = text.upper()
    if not text or any(word in text for word in NO_RACE):
        return ""
    return next((name for name in ("WHITE", "BLACK", "ASIAN", "HISPANIC") if text.startswith(name)), "OTHER")


def person_age(years):
    return "" if years is None or not 0 <= years <= 120 else f"{years:.4f}".rstrip("0").rstrip(".")


def dicom_age(text):
    found = re.fullmatch(r"(\d{3})([DWMY])", text or "")
    return int(found[1]) / {"Y": 1, "M": 12, "W": 365.25 / 7, "D": 365.25}[found[2]] if found else None


def write(path, rows, labels):
    columns = ["image", "patient", "sex", "age", "view", "race", "split", "report"]
    table = pd.DataFrame(rows, columns=columns + labels).drop_duplicates("image")
    table.to_csv(path, index=False, lineterminator="\n")
    return table


# ---- MIMIC-CXR ----


def sections(report):
    """(heading, text) by one pattern over the whole text."""
    known = "Impression|Findings|Conclusion|Comparison|Indication|History|Technique|Examination"
    end = r"^[ \t]*(?:_{10,}|FINAL REPORT|FINAL ADDENDUM|ADDENDUM)[ \t]*$"
    heading = rf"^[ \t]*([A-Z ()/,.&-]{{3,60}}|{known}):"
    for part in re.split(end, report.replace("\r", ""), flags=re.M):
        pieces = re.split(heading, part, flags=re.M)
        yield from zip(pieces[1::2], pieces[2::2])


def short_report(path):
    if not path.exists():
        return ""
    report = path.read_bytes().decode("utf-8", errors="replace").replace("\ufffd", " ")
    found = {"IMPRESSION": "", "FINDING": ""}
    for heading, text in sections(report):
        heading, text = heading.upper(), " ".join(text.split())
        kind = "IMPRESSION" if "IMPRESSION" in heading or "CONCLUSION" in heading else "FINDING" if "FINDING" in heading else None
        if kind and text:
            found[kind] = text
    text = found["IMPRESSION"] or found["FINDING"]
    while len(text) > 2000:
        text = text[: text.rindex(" ")]
    return text


def mimic(labeler, demographics, name):
    root = SITES / "mimic-cxr"
    meta = read(root / "mimic-cxr-2.0.0-metadata.csv.gz")
    meta = meta[meta.subject_id.str.fullmatch(r"\d+")]
    label_table = read(next(root.glob(f"mimic-cxr-2.0.0-{labeler}.csv*")))
    labels = [column for column in label_table if column not in ("subject_id", "study_id")]
    people = read(next((root / demographics).glob("patients.csv*")))
    stays = read(next((root / demographics).glob("admissions.csv*"))).drop_duplicates("subject_id").rename(columns={"ethnicity": "race"})
    table = (meta.merge(label_table.drop(columns="subject_id"), on="study_id", how="left")
             .merge(read(root / "mimic-cxr-2.0.0-split.csv.gz")[["dicom_id", "split"]].drop_duplicates("dicom_id"), on="dicom_id", how="left")
             .merge(people, on="subject_id", how="left").merge(stays[["subject_id", "race"]], on="subject_id", how="left").fillna(""))
    rows = []
    for row in table.itertuples():
        study = f"files/p{row.subject_id[:2]}/p{row.subject_id}/s{row.study_id}"
        known = row.anchor_age not in ("", "0")
        years = int(row.anchor_age) + int(row.StudyDate[:4]) - int(row.anchor_year) if known else None
        rows.append([f"{study}/{row.dicom_id}.jpg", row.subject_id, row.gender, person_age(years),
                     {"LL": "LATERAL", "RL": "LATERAL"}.get(row.ViewPosition, row.ViewPosition), race(row.race),
                     row.split.replace("validate", "validation"), short_report(root / "reports" / f"{study}.txt")])
    values = table[labels].map(STATES.get).values.tolist()
    return write(root / name, [row + value for row, value in zip(rows, values)], labels)


# ---- CheXpert ----


def chexpert():
    root = SITES / "chexpert"
    people = pd.read_excel(root / "CHEXPERT DEMO.xlsx", dtype=str, keep_default_na=False).fillna("")
    assert people.equals(read(root / "CHEXPERT DEMO.csv")), "the two demographics tables differ"
    people["number"] = people.PATIENT.str.extract(r"(\d+)")[0].astype(int)
    people = people.drop_duplicates("number").set_index("number")
    rows = []
    labels = None
    for file, split in (("train.csv", "train"), ("valid.csv", "validation")):
        table = read(root / file)
        labels = labels or list(table.columns[5:])
        table["image"] = table.Path.str.replace(r"^CheXpert-v1\.0(-small)?/", "", regex=True)
        table["patient"] = table.Path.str.extract(r"/(patient\d+)/")[0]
        table = table[table.patient.notna() & table.Sex.isin(["Male", "Female", "Unknown"]) & table[labels].isin(list(STATES)).all(axis=1)]
        for _, row in table.iterrows():
            number = int(row.patient[7:])
            origin = ""
            if number in people.index:
                person = people.loc[number]
                origin = "HISPANIC" if person.ETHNICITY.startswith("Hispanic") else race(person.PRIMARY_RACE)
            view = "LATERAL" if row["Frontal/Lateral"] == "Lateral" else row["AP/PA"]
            rows.append([row.image, row.patient, {"Male": "M", "Female": "F"}.get(row.Sex, ""), person_age(int(row.Age) or None), view, origin, split, ""]
                        + [STATES[row[label]] for label in labels])
    return write(root / "expected.csv", rows, labels)


# ---- NIH ----

NIH_LABELS = ["Atelectasis", "Cardiomegaly", "Consolidation", "Edema", "Effusion", "Emphysema", "Fibrosis", "Hernia", "Infiltration", "Mass",
              "No Finding", "Nodule", "Pleural_Thickening", "Pneumonia", "Pneumothorax"]


def nih(site, file):
    root = SITES / site
    table = read(root / file)
    lists = {split: set((root / name).read_text().split()) if (root / name).exists() else set()
             for split, name in (("train", "train_val_list.txt"), ("test", "test_list.txt"))}
    table = table[[set(text.split("|")) <= set(NIH_LABELS) for text in table["Finding Labels"]]]
    found = table["Finding Labels"].str.get_dummies("|").reindex(columns=NIH_LABELS, fill_value=0).astype(str)
    rows = []
    for (index, row), labels in zip(table.iterrows(), found.values.tolist()):
        name, age = row["Image Index"], row["Patient Age"]
        path = next(root.glob(f"images*/**/{name}"))
        years = dicom_age(age) if age[-1:].isalpha() else int(age)
        rows.append([str(path.relative_to(root)), row["Patient ID"].zfill(8), row["Patient Gender"], person_age(years), row["View Position"], "",
                     next((split for split in lists if name in lists[split]), ""), ""] + labels)
    return write(root / "expected.csv", rows, NIH_LABELS)


# ---- PadChest ----


def padchest(method, name):
    root = SITES / "padchest"
    table = read(root / "PADCHEST_chest_x_ray_images_labels_160K_01.02.19.csv.gz")

    def terms(text):
        try:
            return {term.strip() for term in ast.literal_eval(text)} - {""} if text not in ("", "nan") else set()
        except (SyntaxError, ValueError):
            return None

    table["terms"] = table.Labels.map(terms)
    labels = sorted(set().union(*table.terms.dropna()) - {"exclude", "unchanged"})
    rows = []
    for row in table[table.terms.notna() & (table.ImageID != "") & (table.Projection != "EXCLUDE")].itertuples():
        if row.terms & {"exclude", "unchanged"} or method == "physician" and row.MethodLabel != "Physician":
            continue
        years = int(row.StudyDate_DICOM[:4]) - float(row.PatientBirth) if row.PatientBirth else None
        rows.append([f"{row.ImageDir}/{row.ImageID}", row.PatientID, row.PatientSex_DICOM if row.PatientSex_DICOM in ("M", "F") else "",
                     person_age(years), {"L": "LATERAL", "UNK": ""}.get(row.Projection, row.Projection), "", "", ""]
                    + [("1" if label in row.terms else "0") if row.terms else "" for label in labels])
    return write(root / name, rows, labels)


# ---- VinDr-CXR ----


def vindr(readers, name):
    root = SITES / "vindr-cxr"
    train = read(root / "annotations" / "image_labels_train.csv")
    test = read(root / "annotations" / "image_labels_test.csv").rename(columns={"Other disease": "Other diseases"})
    labels = list(train.columns[2:])
    rows = []
    for split, table in (("train", train.drop_duplicates(["image_id", "rad_id"])), ("test", test.drop_duplicates("image_id"))):
        for image, group in table.groupby("image_id", sort=False):
            if not group[labels].isin(["0", "1", ""]).all(axis=None):
                continue
            votes = group[labels].apply(pd.to_numeric)
            share = votes.max() if readers == "any" else votes.mean()
            states = ["" if math.isnan(value) else "u" if value == 0.5 else str(int(value > 0.5)) for value in share]
            try:
                tags = pydicom.dcmread(root / split / f"{image}.dicom", stop_before_pixels=True)
            except pydicom.errors.InvalidDicomError:
                tags = pydicom.Dataset()
            sex = tags.get("PatientSex", "")
            rows.append([f"{split}/{image}.dicom", image, sex if sex in ("M", "F") else "", person_age(dicom_age(tags.get("PatientAge", ""))), "PA", "",
                         split, ""] + states)
    return write(root / name, rows, labels)


# ---- any table ----


def table():
    root = SITES / "table"
    source = read(root / "metadata.csv", encoding="utf-8-sig")
    labels = ["Effusion", "No_Finding", "Mass"]
    rows = []
    for row in source[(source.patient_id != "") & (source.image != "") & source.sex.isin(["M", "F", ""])].to_dict("records"):
        image = str(pathlib.PurePosixPath(row["image"]))
        age = float(row["age"]) if row["age"] else None
        if ".." in image or row["split"] == "holdout" or age == 414 or (age == 30 and row["age_group"] == "80+"):
            continue
        rows.append([image, row["patient_id"], row["sex"], person_age(age), row["view"], row["race"], row["split"].replace("valid", "validation"),
                     " ".join(row["report"].split())] + [STATES[row[label]] for label in labels])
    return write(root / "expected.csv", rows, labels)


# ---- torchxrayvision ----


def compare_labels(dataset, keys, expected, names, healthy_is_absent):
    """`keys`: of the data set's rows, in the index of `expected`."""
    compared = 0
    keys = list(keys)
    for row, key in enumerate(keys):
        if key not in expected.index or key in keys[:row]:  # a row that cannot be used, or a second one of an image
            continue
        ours = expected.loc[key]
        for column, pathology in enumerate(dataset.pathologies):
            state = ours[names.get(pathology, pathology)]
            if healthy_is_absent(pathology) and ours["No Finding"] == "1":
                state = "0"
            theirs = dataset.labels[row, column]
            assert np.isnan(theirs) if state in ("u", "") else theirs == int(state), (key, pathology, state, theirs)
            compared += 1
        if ours.sex and "sex_male" in dataset.csv:
            assert (ours.sex == "M") == bool(dataset.csv.iloc[row].sex_male), key
        if ours.age and "age_years" in dataset.csv:
            assert float(ours.age) == dataset.csv.iloc[row].age_years, key
    assert compared > 0
    print(f"{type(dataset).__name__}: {compared} labels agree")


def compare_with_torchxrayvision(mimic_table, chexpert_table, nih_table):
    views = ["PA", "AP", "L", "LATERAL", "LL", "RL", "AP RLD"]
    dataset = xrv.datasets.NIH_Dataset(str(SITES), csvpath=str(SITES / "nih" / "Data_Entry_2017_v2020.csv"), views=views, unique_patients=False)
    compare_labels(dataset, dataset.csv["Image Index"], nih_table.assign(key=nih_table.image.str.split("/").str[-1]).set_index("key"), {},
                   lambda pathology: False)

    for file in ("train.csv", "valid.csv"):
        dataset = xrv.datasets.CheX_Dataset(str(SITES), csvpath=str(SITES / "chexpert" / file), views=views, unique_patients=False)
        keys = dataset.csv.Path.str.split("/", n=1).str[1]
        compare_labels(dataset, keys, chexpert_table.set_index("image"), {"Effusion": "Pleural Effusion"}, lambda name: name != "Support Devices")

    root = SITES / "mimic-cxr"
    with tempfile.TemporaryDirectory() as folder:  # without the row whose subject is no number: it reads these as integers
        meta = read(root / "mimic-cxr-2.0.0-metadata.csv.gz")
        meta[meta.subject_id.str.fullmatch(r"\d+")].drop_duplicates("dicom_id").to_csv(f"{folder}/metadata.csv", index=False)
        dataset = xrv.datasets.MIMIC_Dataset(str(root), csvpath=str(root / "mimic-cxr-2.0.0-chexpert.csv.gz"), metacsvpath=f"{folder}/metadata.csv",
                                             views=views, unique_patients=False)
    keyed = mimic_table.assign(key=mimic_table.image.str.extract(r"/([^/]+)\.jpg")[0]).set_index("key")
    compare_labels(dataset, dataset.csv.dicom_id, keyed, {"Effusion": "Pleural Effusion"}, lambda name: True)


def main():
    mimic_table = mimic("chexpert", "demographics", "expected.csv")
    mimic("negbio", "demographics-v1", "expected-negbio.csv")
    chexpert_table = chexpert()
    nih_table = nih("nih", "Data_Entry_2017_v2020.csv")
    nih("nih-2017", "Data_Entry_2017.csv")
    padchest("any", "expected.csv")
    padchest("physician", "expected-physician.csv")
    vindr("majority", "expected.csv")
    vindr("any", "expected-any.csv")
    table()
    compare_with_torchxrayvision(mimic_table, chexpert_table, nih_table)


if __name__ == "__main__":
    main()
