"""Files of surveys as their makers write them: headings, line ends, marks and quotes alike.

Qualtrics: byte-order mark, LF, three rows of headings, the third in JSON with doubled quotes.
SurveyMonkey: CRLF, two rows of headings, the question blank where it goes on. Microsoft Forms: a
workbook whose answers to one question are parted and ended by ';', and whose times are dates.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

BOM = b"\xef\xbb\xbf"
Rows = Sequence[Sequence[object]]

_QUALTRICS = (  # id, question, ImportId
    ("StartDate", "Start Date", '{"ImportId":"startDate","timeZone":"Europe/London"}'),
    ("EndDate", "End Date", '{"ImportId":"endDate","timeZone":"Europe/London"}'),
    ("Status", "Response Type", '{"ImportId":"status"}'),
    ("IPAddress", "IP Address", '{"ImportId":"ipAddress"}'),
    ("Progress", "Progress", '{"ImportId":"progress"}'),
    ("Duration (in seconds)", "Duration (in seconds)", '{"ImportId":"duration"}'),
    ("Finished", "Finished", '{"ImportId":"finished"}'),
    (
        "RecordedDate", "Recorded Date",
        '{"ImportId":"recordedDate","timeZone":"Europe/London"}',
    ),
    ("ResponseId", "Response ID", '{"ImportId":"_recordId"}'),
    ("RecipientLastName", "Recipient Last Name", '{"ImportId":"recipientLastName"}'),
    ("RecipientFirstName", "Recipient First Name", '{"ImportId":"recipientFirstName"}'),
    ("RecipientEmail", "Recipient Email", '{"ImportId":"recipientEmail"}'),
    ("ExternalReference", "External Data Reference", '{"ImportId":"externalDataReference"}'),
    ("LocationLatitude", "Location Latitude", '{"ImportId":"locationLatitude"}'),
    ("LocationLongitude", "Location Longitude", '{"ImportId":"locationLongitude"}'),
    ("DistributionChannel", "Distribution Channel", '{"ImportId":"distributionChannel"}'),
    ("UserLanguage", "User Language", '{"ImportId":"userLanguage"}'),
    ("Q1_1", "How far do you agree? - I know whom to ring", '{"ImportId":"QID1_1"}'),
    ("Q1_2", "How far do you agree? - I know what to say", '{"ImportId":"QID1_2"}'),
    ("Q1_3", "How far do you agree? - I know when to stop", '{"ImportId":"QID1_3"}'),
    ("Q2_1", "What have you used? - Selected Choice - Calls", '{"ImportId":"QID2","choiceId":"1"}'),
    ("Q2_2", "What have you used? - Selected Choice - Visits, of any kind",
     '{"ImportId":"QID2","choiceId":"2"}'),
    ("Q3", "Is there more to say?", '{"ImportId":"QID3_TEXT"}'),
)  # fmt: skip


def qualtrics_rows(
    *, status: Sequence[str] = ("IP Address", "Survey Preview", "IP Address")
) -> Rows:
    """Three responses of a Qualtrics survey below its headings; the second is a preview."""
    said = (
        ("R_1a", "Agree", "Strongly agree", "Agree", "Calls", "", "Not “much”,\nto be honest"),
        ("R_2b", "Disagree", "Disagree", "Agree", "", "", "a test"),
        ("R_3c", "Neither agree nor disagree", "", "Strongly disagree", "Calls",
         "Visits, of any kind", ""),
    )  # fmt: skip
    rows: list[Sequence[object]] = [[one[n] for one in _QUALTRICS] for n in range(3)]
    for state, (ident, *answers) in zip(status, said, strict=True):
        times = ["2025-09-01 09:00:00", "2025-09-01 09:05:00"]
        middle = [state, "192.0.2.1", "100", "300", "True", times[1], ident]
        rows.append([*times, *middle, "Doe", "Jo", "jo@example.org", "", "51.5", "-0.1",
                     "anonymous", "EN", *answers])  # fmt: skip
    return rows


def qualtrics_csv(folder: Path) -> Path:
    """A Qualtrics export of choice texts as .csv."""
    return _write(folder / "qualtrics.csv", BOM + separated(qualtrics_rows(), ends="\n"))


def surveymonkey_rows() -> Rows:
    """Three responses to four questions, with their two rows of headings."""
    meta = ["Respondent ID", "Collector ID", "Start Date", "End Date", "IP Address",
            "Email Address", "First Name", "Last Name", "Custom Data 1"]  # fmt: skip
    return [
        [*meta, "How far do you agree?", "", "What have you used?", "", "", "Did it help?",
         "Is there more to say?"],
        [*[""] * len(meta), "I know whom to ring", "I know what to say", "Calls", "Visits",
         "Other (please specify)", "Response", "Open-Ended Response"],
        _monkey("118000000001", "Agree", "Disagree", "Calls", "", "", "Yes", "It did"),
        _monkey("118000000002", "Strongly agree", "", "Calls", "Visits", "", "No", ""),
        _monkey("118000000003", "Don’t know", "Agree", "", "", "", "Yes", ""),
    ]  # fmt: skip


def _monkey(ident: str, *answers: str) -> list[str]:
    time = "09/01/2025 09:00:00 AM"
    return [ident, "4400001", time, time, "192.0.2.1", "jo@example.org", "Jo", "Doe", "", *answers]


def surveymonkey_csv(folder: Path) -> Path:
    """A SurveyMonkey export of all responses as .csv."""
    return _write(folder / "monkey.csv", BOM + separated(surveymonkey_rows(), ends="\r\n"))


def forms_xlsx(folder: Path) -> Path:
    """What Microsoft Forms opens in Excel."""
    at = datetime(2025, 9, 1, 9, 0, 7)
    head = ["ID", "Start time", "Completion time", "Email", "Name", "Last modified time",
            "I know whom to ring", "What have you used?", "Pilot area",
            "Is there more to say?\n"]  # fmt: skip
    rows = [
        [
            1,
            at,
            at,
            "anonymous",
            None,
            None,
            "Agree",
            "Calls;Visits, of any kind;",
            "Saltbay",
            "It did",
        ],
        [2, at, at, "anonymous", None, None, "Strongly\xa0agree", "Calls;", "Northmoor", None],
        [3, at, at, "anonymous", None, None, None, None, "Saltbay", None],
    ]
    return workbook(folder / "forms.xlsx", [head, *rows])


def workbook(path: Path, rows: Rows) -> Path:
    """Rows as the first sheet of a workbook."""
    import openpyxl

    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    book.save(path)
    return path


def separated(rows: Rows, *, ends: str = "\n", parted: str = ",") -> bytes:
    """Rows as separated values."""
    text = io.StringIO()
    csv.writer(text, lineterminator=ends, delimiter=parted).writerows(rows)
    return text.getvalue().encode()


def sav(path: Path, columns: Mapping[str, Sequence[Any]], **about: Any) -> Path:
    """Columns as an SPSS file; `about` goes to pyreadstat."""
    import pandas as pd
    import pyreadstat

    pyreadstat.write_sav(pd.DataFrame(dict(columns)), str(path), **about)
    return path


def _write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path
