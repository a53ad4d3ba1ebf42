"""Cell summaries: by whom, on what, in which version, and on which evidence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import text

from qualkit.errors import BatchError, ConflictError, UnknownName
from qualkit.project import Project
from qualkit.store.engine import writing

TALK = "I: What helped? 😀\nP7: The staff listened to us.\nI: And?\nP7: They came back.\n"


@pytest.fixture
def study(project, write):
    project.add_sources(
        [write("p7.txt", TALK), write("p8.txt", TALK + "P7: So.\n")],
        attributes=write("a.csv", "source,case,phase\np7,North,baseline\np8,North,follow-up\n"),
    )
    project.add_coding("p7", (22, 41), "communication", coder="Ann")
    return project


def rows(project, *columns):
    """These columns of the summaries, an empty text for what is missing."""
    table = project.summaries().assign(source=lambda t: t["source"].fillna(""))
    return sorted(table[list(columns)].values.tolist())


def test_a_case_and_each_of_its_sources_and_phases_have_summaries_of_their_own(study):
    study.set_summary("communication", "All of it.", author="Ann", case="North")
    study.set_summary("communication", "At first.", author="Ann", case="North", phase="baseline")
    study.set_summary("communication", "P7 alone.", author="Ann", source="p7")

    assert rows(study, "case", "source", "phase", "text") == [
        ["North", "", "", "All of it."],
        ["North", "", "baseline", "At first."],
        ["North", "p7", "", "P7 alone."],
    ]


def test_the_summary_of_a_case_stands_before_those_of_its_sources(study):
    study.set_summary("communication", "P8.", author="Ann", source="p8")
    study.set_summary("communication", "All.", author="Ann", case="North")
    study.set_summary("communication", "P7.", author="Ann", source="p7")

    assert study.summaries()["text"].tolist() == ["All.", "P7.", "P8."]


def test_every_wording_is_kept_and_the_last_one_stands(study):
    for words in ("One.", "Two.", "Three."):
        study.set_summary("communication", words, author="Ann", case="North")

    (found,) = study.summaries()["summary"]
    versions = study.summary_versions(found)
    assert versions[["version", "text"]].values.tolist() == [
        [1, "One."],
        [2, "Two."],
        [3, "Three."],
    ]


def test_taking_back_a_wording_is_a_version_too(study):
    study.set_summary("communication", "One.", author="Ann", case="North")
    entry = study.set_summary("communication", "Two.", author="Ann", case="North").entry

    study.undo(entry)

    (found,) = study.summaries()["summary"]
    assert study.summary_versions(found)["text"].tolist() == ["One.", "Two.", "One."]
    assert study.check().problems == ()


def test_a_summary_that_moved_on_is_a_conflict(study):
    study.set_summary("communication", "One.", author="Ann", case="North")
    study.set_summary("communication", "Two.", author="Ann", case="North", version=1)

    with pytest.raises(ConflictError, match="changed by somebody else since it was read"):
        study.set_summary("communication", "Other.", author="Ann", case="North", version=1)


def test_a_summary_that_was_removed_since_it_was_read_is_a_conflict(study):
    study.set_summary("communication", "One.", author="Ann", case="North")
    study.remove_summary(study.summaries()["summary"].iloc[0])

    with pytest.raises(ConflictError, match="removed by somebody else since it was read"):
        study.set_summary("communication", "Two.", author="Ann", case="North", version=1)

    assert study.summaries().empty


def test_a_removed_summary_comes_back_beside_those_of_other_sources(study):
    study.set_summary("communication", "Seven.", author="Ann", source="p7")
    study.set_summary("communication", "Eight.", author="Ann", source="p8")
    table = study.summaries().set_index("source")
    study.remove_summary(table["summary"]["p7"])

    study.undo(int(study.log()["entry"].max()))

    assert rows(study, "source", "text") == [["p7", "Seven."], ["p8", "Eight."]]


def test_a_summary_that_comes_back_has_a_version_that_nobody_has_read(study):
    study.set_summary("communication", "One.", author="Ann", case="North")
    (found,) = study.summaries()["summary"]
    study.remove_summary(found)
    removal = int(study.log()["entry"].max())
    study.undo(removal)
    study.set_summary("communication", "Two.", author="Ann", case="North")
    study.remove_summary(found)

    study.undo(removal)
    study.set_summary("communication", "Three.", author="Ann", case="North")

    versions = study.summary_versions(found)[["version", "text"]].values.tolist()
    assert versions == [[1, "One."], [2, "One."], [3, "Two."], [4, "One."], [5, "Three."]]
    assert study.check().problems == ()


def test_the_same_words_again_change_nothing(study):
    study.set_summary("communication", "One.", author="Ann", case="North")

    again = study.set_summary("communication", "One.", author="Ann", case="North")

    assert (again.added, again.same, again.entry) == (0, 1, None)


def test_new_and_removed_evidence_is_told_and_a_new_wording_clears_it(study):
    counts = ("evidence", "added", "gone", "altered")
    study.set_summary("communication", "One.", author="Ann", case="North")
    assert rows(study, *counts) == [[1, 0, 0, 0]]

    study.add_coding("p8", (22, 41), "communication.contact", coder="Bob")
    study.remove_coding(study.codings()["coding"].iloc[0])
    assert rows(study, *counts) == [[1, 1, 1, 0]]

    study.set_summary("communication", "Two.", author="Ann", case="North")
    assert rows(study, *counts) == [[1, 0, 0, 0]]


def test_to_set_the_same_words_on_other_evidence_is_to_confirm_them(study, write):
    sheet = write("s.csv", "case,theme,author,summary\nNorth,communication,Ann,One.\n")
    study.load_summaries(sheet)
    study.add_coding("p8", (22, 41), "communication", coder="Bob")

    assert study.load_summaries(sheet).added == 0
    assert rows(study, "evidence", "added") == [[1, 1]]
    study.set_summary("communication", "One.", author="Ann", case="North")
    assert rows(study, "evidence", "added") == [[2, 0]]


def test_a_source_that_moves_to_another_case_takes_its_evidence_and_summaries_along(study, write):
    study.set_summary("communication", "All.", author="Ann", case="North")
    study.set_summary("communication", "P7.", author="Ann", source="p7")

    study.set_attributes(write("b.csv", "source,case\np7,South\n"))

    columns = ("case", "source", "evidence", "gone")
    assert rows(study, *columns) == [["North", "", 1, 1], ["South", "p7", 1, 0]]


def test_a_case_without_sources_goes_though_sources_have_summaries(study, write):
    study.set_summary("communication", "x", author="Ann", source="p7")

    study.set_attributes(write("b.csv", "source,case\np7,South\np8,South\n"))

    assert study.cases()["case"].tolist() == ["South"]


def test_evidence_of_a_phase_is_that_of_its_sources(study):
    study.set_summary("communication", "One.", author="Ann", case="North", phase="Follow-up")
    assert rows(study, "evidence", "added") == [[0, 0]]

    study.add_coding("p8", (22, 41), "communication", coder="Ann")

    assert rows(study, "evidence", "added") == [[0, 1]]


def test_a_draft_stays_one_until_its_author_sets_it(study):
    one = {"codebook": "evaluation-topics", "theme": "communication", "case": "North",
           "source": None, "text": "Drafted.", "cites": ()}  # fmt: skip
    assert study.keep_drafts([one], author="Ann").added == 1
    assert rows(study, "draft") == [[True]]

    study.set_summary("communication", "Drafted.", author="Ann", case="North")
    kept = study.keep_drafts([{**one, "text": "Drafted anew."}], author="Ann")

    assert rows(study, "text", "draft") == [["Drafted.", False]]
    assert (kept.added, kept.same) == (0, 1)


def test_a_rating_must_be_on_the_scale_of_its_code(study):
    study.set_summary("cascade.roles", "Mapped.", author="Ann", case="North", rating=2)
    assert rows(study, "rating") == [[2]]

    with pytest.raises(ValueError, match=r"rating '7' is not on the scale of 'cascade\.roles'"):
        study.set_summary("cascade.roles", "Mapped.", author="Ann", case="North", rating=7)


@pytest.mark.parametrize(
    ("place", "error", "message"),
    [
        ({}, ValueError, "about a case or about a source: name one of them"),
        ({"case": "North", "source": "p7"}, ValueError, "name one of them"),
        ({"case": "Nroth"}, UnknownName, "no case is called 'Nroth'; did you mean 'North'"),
        ({"source": "p7", "cites": ["k"]}, UnknownName, "no coding is called 'k'"),
        ({"case": "North", "stance": "good"}, ValueError, "stance 'good' is not one of"),
    ],
)
def test_a_summary_that_cannot_stand_is_refused(study, place, error, message):
    with pytest.raises(error, match=message):
        study.set_summary("communication", "x", author="Ann", **place)

    assert study.summaries().empty


def test_summaries_of_sources_go_with_their_source(study):
    study.set_summary("communication", "x", author="Ann", source="p7")

    study.remove_source("p7")

    assert study.summaries().empty


def test_a_sheet_takes_cases_sources_ratings_and_phases(study, write):
    sheet = (
        "case,source,phase,theme,author,summary,rating\n"
        "North,,baseline,cascade.roles,Ann,Thin.,1\n,p8,,communication,Ann,Fair.,\n"
    )
    assert study.load_summaries(write("s.csv", sheet)).added == 2

    found = {tuple(row) for row in rows(study, "source", "phase", "theme", "text")}
    assert found == {
        ("", "baseline", "cascade.roles", "Thin."),
        ("p8", "", "communication", "Fair."),
    }


def test_faults_of_a_sheet_are_told_together_and_nothing_is_kept(study, write):
    sheet = "case,theme,author,summary,rating\nNorth,communication,Ann,x,2\nSouth,set-up,Ann,,\n"

    with pytest.raises(BatchError) as refused:
        study.load_summaries(write("s.csv", sheet))

    assert str(refused.value) == (
        "s.csv: 2 faults, nothing was kept\n"
        "  row 2: code 'communication' takes no rating, but '2' is given\n"
        "  row 3: it gives no summary"
    )
    assert study.summaries().empty
    assert "Ann" in study.coders()  # from the fixture's coding alone


@pytest.mark.parametrize("rating", [2.0, True])
def test_a_rating_that_is_no_whole_number_is_refused(study, rating):
    with pytest.raises(ValueError, match=f"rating {rating} is not a whole number"):
        study.set_summary("cascade.roles", "x", author="Ann", case="North", rating=rating)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("North,,communication,Ann,Two.", "row 3: row 2 has another summary by Ann of that cell"),
        (
            "South,p8,communication,Ann,Two.",
            "row 3: source 'p8' is of case 'North', not 'South'; name one of them",
        ),
    ],
)
def test_rows_of_a_sheet_that_contradict_are_refused(study, write, line, fault):
    sheet = f"case,source,theme,author,summary\nNorth,,communication,Ann,One.\n{line}\n"

    with pytest.raises(BatchError) as refused:
        study.load_summaries(write("s.csv", sheet))

    assert str(refused.value) == f"s.csv: 1 fault, nothing was kept\n  {fault}"


def test_a_row_may_name_a_source_and_its_own_case(study, write):
    sheet = "case,source,theme,author,summary\nNorth,p8,communication,Ann,One.\n"

    study.load_summaries(write("s.csv", sheet))

    assert rows(study, "case", "source") == [["North", "p8"]]


def test_words_changed_outside_are_found(study):
    study.set_summary("communication", "One.", author="Ann", case="North")
    with study._store.engine.begin() as connection:
        connection.execute(text("UPDATE cell_summary SET text = 'Other.'"))

    assert [p.kind for p in study.check().problems] == ["summary"]


def test_a_guide_is_replaced_as_a_whole_and_can_be_taken_back(study, write):
    study.load_guide(write("g.csv", "theme,attribute,value\nset-up,,\n"))
    entry = study.load_guide(
        write("h.csv", "theme,attribute,value\nstaffing,phase,baseline\n")
    ).entry

    assert study.guide().values.tolist() == [["evaluation-topics", "staffing", "phase", "baseline"]]
    study.undo(entry)
    assert study.guide().values.tolist() == [["evaluation-topics", "set-up", "", ""]]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("stafing,,", "row 2: no code is called 'stafing'; did you mean"),
        ("staffing,colour,red", "row 2: no attribute is called 'colour'"),
        (
            "staffing,phase,",
            "row 2: attribute and value go together; leave both empty for everybody",
        ),
    ],
)
def test_a_guide_with_a_fault_is_refused(study, write, line, message):
    with pytest.raises(BatchError, match=message):
        study.load_guide(write("g.csv", f"theme,attribute,value\n{line}\n"))

    assert study.guide().empty


def test_summaries_of_an_older_study_come_along_and_a_broken_seal_stays_broken(address):
    from qualkit.model import seal
    from qualkit.store import schema
    from qualkit.store.engine import file_engine, is_address, make_file, server_engine

    if not is_address(address):
        make_file(Path(address))
    engine = server_engine(address) if is_address(address) else file_engine(Path(address))
    old_study(engine, schema)
    with engine.connect() as plain, writing(plain).begin():
        for number, digest in (("s1", seal("s1", "Good.")), ("s2", "0" * 64)):
            values = {"i": number, "w": f"w{number}", "n": number, "d": digest}
            plain.execute(text("INSERT INTO coder VALUES (:w, :n, '2026-01-01T00:00:00Z')"), values)
            plain.execute(
                text(
                    "INSERT INTO cell_summary (id, case_id, code_id, coder_id, text, created, sha256)"
                    " VALUES (:i, 'c', 'k', :w, 'Good.', '2026-01-01T00:00:00Z', :d)"
                ),
                values,
            )
    engine.dispose()

    with Project.open(address) as study:
        table = study.summaries()
        assert table[["case", "theme", "text", "draft"]].values.tolist() == [
            ["North", "care", "Good.", False],
            ["North", "care", "Good.", False],
        ]
        assert table["added"].isna().all()
        assert [problem.where for problem in study.check().problems] == ["s2"]


@pytest.fixture
def old_entries(address):
    """A study of today whose log has, as schema 0002 wrote it, a load and a removal."""
    from qualkit.model import seal
    from qualkit.store import schema
    from qualkit.store.engine import file_engine, is_address, make_file, server_engine

    if not is_address(address):
        make_file(Path(address))
    engine = server_engine(address) if is_address(address) else file_engine(Path(address))
    old_study(engine, schema)
    at = "2026-01-01T00:00:00Z"
    kept, gone = (
        {"id": name, "case_id": "c", "code_id": "k", "coder_id": name, "text": "Good.",
         "created": at, "sha256": seal(name, "Good."), "version": 1}
        for name in ("kept", "gone")
    )  # fmt: skip
    columns = ", ".join(kept)
    put = f"INSERT INTO cell_summary ({columns}) VALUES (:{columns.replace(', ', ', :')})"  # noqa: S608 - fixed names
    note = (
        "INSERT INTO log (at, who, action, what, before, after) VALUES (:t, 'u', 'a', '', :b, :a)"
    )
    with engine.connect() as plain, writing(plain).begin():
        for name in ("kept", "gone"):
            plain.execute(
                text("INSERT INTO coder VALUES (:n, :w, :t)"), {"n": name, "w": name, "t": at}
            )
        plain.execute(text(put), kept)
        for before, after in (([], [kept]), ([gone], [])):
            b, a = (
                json.dumps([{"table": "cell_summary", **row} for row in rows])
                for rows in (before, after)
            )
            plain.execute(text(note), {"t": at, "b": b, "a": a})
    engine.dispose()
    with Project.open(address) as study:
        yield study


def test_what_an_older_qualkit_loaded_can_be_taken_back(old_entries):
    old_entries.undo(1)

    assert old_entries.summaries().empty


def test_what_an_older_qualkit_removed_can_be_put_back(old_entries):
    old_entries.undo(2)

    assert rows(old_entries, "author", "text") == [["gone", "Good."], ["kept", "Good."]]
    assert old_entries.check().problems == ()


def old_study(engine, schema):
    """A study as schema 0002 made it, with one case, codebook and code."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).with_name("migrations")))
    with engine.connect() as plain:
        connection = writing(plain)
        with connection.begin():
            config.attributes["connection"] = connection
            command.upgrade(config, "0002")
            for line in (
                "INSERT INTO project VALUES ('id', 'old')",
                "INSERT INTO case_unit VALUES ('c', 'North', 0)",
                "INSERT INTO codebook VALUES ('b', 'book', 'Book', '1', '', '', 0, 1)",
                "INSERT INTO code VALUES ('k', 'b', 'care', NULL, 'Care', '', '', '', '', '[]',"
                " '#5a6b7b', '[]', '[]', 0, 1)",
            ):
                connection.execute(text(line))
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql(f"PRAGMA application_id={schema.APPLICATION_ID}")
                connection.exec_driver_sql("PRAGMA user_version=2")


def test_a_cell_that_somebody_else_has_written_or_drafted_is_not_drafted_again(study):
    one = {"codebook": "evaluation-topics", "theme": "communication", "case": "North",
           "source": None, "text": "Drafted.", "cites": ()}  # fmt: skip
    study.keep_drafts([one], author="Ann")

    again = study.keep_drafts([{**one, "text": "Mine."}], author="Bo")

    assert (again.added, again.same) == (0, 1)
    assert rows(study, "author", "text") == [["Ann", "Drafted."]]


def test_a_sheet_of_something_else_is_no_guide(study, write):
    with pytest.raises(BatchError) as refused:
        study.load_guide(write("s.csv", "case,theme,author,summary\nNorth,set-up,Ann,x\n"))

    assert str(refused.value) == (
        "s.csv: 1 fault, nothing was kept\n"
        "  it has no column 'attribute', 'value'; it has case, theme, author, summary"
    )
