"""Who may do what: coders, their roles, and that no change slips past them."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from sqlalchemy import text

from qualkit.errors import ConflictError, NotAllowed, UnknownName
from qualkit.importers.sheets import Sheet
from qualkit.model import Code, Source, new_id
from qualkit.privacy.replacing import Name, Names
from qualkit.project import Project
from qualkit.store import rights, schema, swapping
from qualkit.survey import Item, Survey, read_answers
from qualkit.swaps import Run
from qualkit.triangulate.strands import strand_of

CODE, FINDING = "communication", "acts/calls/level/2025/all"
PROPOSED = {"verdict": "partial", "rule_version": 1}
ASSESSED = {
    "overall": "high", "methodological": "none", "coherence": "minor", "adequacy": "moderate",
    "relevance": "serious",
}  # fmt: skip
P1 = "Interviewer: How was it?\nP1: The staff listened. It was fine.\n"
ANN, BO = "Ann", "Bo"
HELD = "11111111-1111-4111-8111-111111111111"  # a coding by Ann
OTHER = "22222222-2222-4222-8222-222222222222"  # one by Bo
SETTLED: dict[str, Any] = {
    "kind": "missed",
    "choice": ANN,
    "seals": {HELD: "a", OTHER: "b"},
    "result": [],
}


@pytest.fixture
def study(address_of):
    """A study with two codings, a suggestion and a supervisor, Sue, on either database."""
    with Project.open(address_of(supervised), user="Sue") as project:
        yield project


@pytest.fixture
def on_file(copies, tmp_path):
    """The same in a file, for what no database can make different."""
    path = copies.file(supervised, tmp_path / "study.qualkit")
    with Project.open(path, user="Sue") as project:
        yield project


def supervised(address):
    with (
        TemporaryDirectory() as name,
        Project.create(address, codebooks=["evaluation-topics"], user="Sue") as project,
    ):
        folder = Path(name)
        for file, words in (
            ("t1.csv", "W1\nYes\nNo\n"),
            ("t1.yaml", printed("t1")),
            ("p1.txt", P1),
        ):
            (folder / file).write_text(words, encoding="utf-8")
        answers = read_answers(folder / "t1.csv", asked("leads"), wave="t1")
        project.add_survey(asked("leads"), [answers])
        project.add_published(folder / "t1.yaml")
        project.add_sources([folder / "p1.txt"])
        project.add_coding("p1", (29, 48), "communication", coder=ANN, coding_id=HELD)
        project.add_coding("p1", (29, 48), "communication", coder=BO, coding_id=OTHER)
        suggestion = {
            "source": "p1", "start": 49, "end": 61, "text": P1[49:61], "confidence": 0.9,
            "codebook": "evaluation-topics", "code": "communication", "method": "learned",
            "model": "m", "reasons": {},
        }  # fmt: skip
        project.keep_suggestions([suggestion], methods=["learned"])
        for author in (ANN, BO):
            project.set_summary("communication", "Good.", author=author, source="p1")
        project.add_coder("Sue", role="supervisor")
        project.assign(["p1"], [ANN, BO], blind=False)
        project.settle("p1", (29, 48), decider="Sue", **SETTLED)
        triangulated(project)
        for author in (ANN, BO):
            with as_judge(project, author):
                project.add_memo(f"{author}'s", source="p1")
        project.add_collection("Kept", sources=["p1"])
        project.sign_off("p1", by="Sue", seal="x")


def triangulated(project):
    for name in ("acts", "other"):
        project.add_strand(strand(name))
    project.add_judge(ANN, blind=False)
    project.set_confidence(CODE, **ASSESSED)
    project.add_thread("Why?", raised_in="survey")
    project.add_link(CODE, FINDING)
    with as_judge(project, ANN):
        project.decide(only(project.links(), "link"), "partial", proposal=PROPOSED)


def strand(name, value="3"):
    table = Sheet("t.csv", ("measure", "period", "value"), (("calls", "2025", value),), (2,))
    return strand_of(table, name=name)


def only(table, column):
    (found,) = table[column]
    return found


@contextmanager
def as_judge(project, name):
    before, project.user = project.user, name
    yield
    project.user = before


def as_(study, user, role=None):
    """The same study in the hands of somebody else, who has this role from now on."""
    if role is not None:
        study.set_coder(user, role=role)
    study.user = user
    return study


def entries(study):
    return len(study.log())


# What each role may do -----------------------------------------------------------------------

READS = {
    "create", "open", "close", "one_moment", "once", "entry_of", "sources", "source", "turns",
    "cases", "codebook", "codebooks", "codes", "codings", "coders", "marks", "by_rule", "summaries", "log",
    "last_entry", "vectors", "coder_table", "role_of", "may", "search", "find_code",
    "code_version", "codebook_versions", "codebook_at", "suggestions", "summary_versions", "guide",
    "back_up", "backups", "check", "require_sound", "keep_vectors", "blind", "blind_sources",
    "unblinded", "assignments", "decisions", "sign_offs", "pack", "write_pack", "surveys", "waves",
    "survey", "answers", "published", "published_table", "links", "link", "verdicts", "judges",
    "threads", "confidences", "strands", "strand", "memos", "collections", "snapshot",
    "from_snapshot", "preview_replacement", "unplaced", "editions", "edition_text", "warnings",
    "backup_records", "study_id", "pseudonymised", "said", "retention", "retention_over", "trail",
    "counts", "coverage", "changed_since", "coded_twice", "texts",
}  # fmt: skip
BOOK = "evaluation-topics"


def summary_by(study, author):
    table = study.summaries()
    return table.loc[table["author"] == author, "summary"].iloc[0]


def memo_by(study, author):
    table = study.memos()
    return only(table.loc[table["author"] == author], "memo")


def open_one(study):
    return study.suggestions()["suggestion"].tolist()


def draft(study):
    made = {"codebook": BOOK, "theme": CODE, "case": None, "source": "p1", "text": "x", "cites": ()}
    return study.keep_drafts([{**made, "case": "p1", "source": None}], author=ANN)


def set_aside(study):
    """The id of a coding by Ann that waits for a place, with one proposed."""
    made = new_id()
    with study._store.engine.begin() as connection:
        row = dict(connection.execute(schema.coding.select()).mappings().first())
        code_id, source_id = row["code_id"], row["source_id"]
        ann = connection.execute(schema.coder.select().where(schema.coder.c.name == ANN)).first()
        waiting = {
            "id": made, "source_id": source_id, "code_id": code_id, "coder_id": ann.id,
            "start_at": 0, "end_at": 1, "quote": "x", "memo": "", "created": "", "since": "",
            "becomes": '{"start": 29, "end": 35, "text": "The st"}', "sha256": "", "version": 1,
        }  # fmt: skip
        connection.execute(schema.unplaced.insert().values(waiting))
    return made


def without_index(study):
    with study._store.engine.begin() as connection:
        connection.execute(schema.passage.delete())
    return study


CHANGES = {  # method -> the least role that may, and a call as Ann would make it
    "add_coding": ("coder", lambda s, _: s.add_coding("p1", (29, 35), CODE, coder=ANN)),
    "add_codings": (
        "coder",
        lambda s, _: s.add_codings([("p1", 29, 35)], code=CODE, coder=ANN, why="x"),
    ),
    "set_coding": ("coder", lambda s, _: s.set_coding(HELD, memo="x")),
    "remove_coding": ("coder", lambda s, _: s.remove_coding(HELD)),
    "load_codings": (
        "coder",
        lambda s, w: s.load_codings(
            w("c.csv", f"source,start,end,code,coder\np1,29,35,{CODE},Ann\n")
        ),
    ),
    "keep_suggestions": ("coder", lambda s, _: s.keep_suggestions([], methods=["learned"])),
    "accept": ("coder", lambda s, _: s.accept(open_one(s), coder=ANN)),
    "reject": ("coder", lambda s, _: s.reject(open_one(s), coder=ANN)),
    "set_summary": ("coder", lambda s, _: s.set_summary(CODE, "Mine.", author=ANN, source="p1")),
    "load_summaries": (
        "coder",
        lambda s, w: s.load_summaries(
            w("s.csv", f"source,theme,author,summary\np1,{CODE},Ann,x\n")
        ),
    ),
    "keep_drafts": ("coder", lambda s, _: draft(s)),
    "undo": ("coder", lambda s, _: s.undo(own_entry(s))),
    "repair": ("evaluator", lambda s, _: without_index(s).repair()),
    "add_made": ("evaluator", lambda s, _: s.add_made([Source("p2", "csv", "Hello there.\n", ())])),
    "add_sources": ("evaluator", lambda s, w: s.add_sources([w("p2.txt", "P2: Hello there.\n")])),
    "remove_source": ("evaluator", lambda s, _: s.remove_source("p1")),
    "replace_source": (
        "evaluator",
        lambda s, w: s.replace_source("p1", w("p1.txt", P1.replace("fine", "good"))),
    ),
    "place_unplaced": ("coder", lambda s, _: s.place_unplaced(set_aside(s), (29, 35))),
    "accept_proposals": ("coder", lambda s, _: s.accept_proposals([set_aside(s)])),
    "drop_unplaced": ("coder", lambda s, _: s.drop_unplaced([set_aside(s)])),
    "note_release": ("evaluator", lambda s, _: s.note_release("a.docx", {"name": 1}, "x")),
    "set_roles": ("evaluator", lambda s, _: s.set_roles("p1", {"P1": "unknown"})),
    "set_attributes": (
        "evaluator",
        lambda s, w: s.set_attributes(w("a.csv", "source,area\np1,North\n")),
    ),
    "set_case_attributes": (
        "evaluator",
        lambda s, w: s.set_case_attributes(w("k.csv", "case,area\np1,North\n")),
    ),
    "set_values": ("evaluator", lambda s, _: s.set_values({"p1": {"area": "North"}})),
    "set_case_values": ("evaluator", lambda s, _: s.set_case_values({"p1": {"area": "North"}})),
    "add_codebook": ("evaluator", lambda s, _: s.add_codebook("cascade")),
    "add_code": ("evaluator", lambda s, _: s.add_code(BOOK, Code(id="new", name="New"))),
    "set_code": ("evaluator", lambda s, _: s.set_code(BOOK, CODE, name="Talk")),
    "move_code": ("evaluator", lambda s, _: s.move_code(BOOK, CODE, before=first_code(s))),
    "merge_codes": ("evaluator", lambda s, _: s.merge_codes(BOOK, CODE, first_code(s))),
    "remove_code": ("evaluator", lambda s, _: s.remove_code(BOOK, last_code(s))),
    "load_guide": (
        "evaluator",
        lambda s, w: s.load_guide(w("g.csv", f"theme,attribute,value\n{CODE},,\n")),
    ),
    "assign": ("evaluator", lambda s, _: s.assign([("p1", 0, 11)], [ANN], blind=False)),
    "unassign": ("evaluator", lambda s, _: s.unassign([assigned_to(s, ANN)])),
    "set_done": ("coder", lambda s, _: s.set_done(ANN)),
    "settle": (
        "evaluator",
        lambda s, _: s.settle("p1", (29, 48), decider=ANN, reason="x", **SETTLED),
    ),
    "withdraw_decision": (
        "evaluator",
        lambda s, _: s.withdraw_decision(s.decisions()["decision"].iloc[0]),
    ),
    "merge_pack": ("evaluator", lambda s, w: merge(s, w("mark", "").with_name("ann.qualkit"))),
    "sign_off": ("supervisor", lambda s, _: s.sign_off("p1", by=ANN, seal="x")),
    "withdraw_sign_off": ("supervisor", lambda s, _: s.withdraw_sign_off("p1")),
    "add_coder": ("supervisor", lambda s, _: s.add_coder("Cy")),
    "set_coder": ("supervisor", lambda s, _: s.set_coder(BO, login="bo@x.org")),
    "remove_summary": ("coder", lambda s, _: s.remove_summary(summary_by(s, ANN))),
    "add_survey": ("evaluator", lambda s, _: s.add_survey(asked("other"))),
    "set_survey": ("evaluator", lambda s, _: s.set_survey(asked("leads", "Really?"))),
    "remove_wave": ("evaluator", lambda s, _: s.remove_wave("leads", "t1")),
    "remove_survey": ("evaluator", lambda s, _: s.remove_survey("leads")),
    "add_published": ("evaluator", lambda s, w: s.add_published(w("t2.yaml", printed("t2")))),
    "remove_published": ("evaluator", lambda s, _: s.remove_published("t1")),
    "add_link": ("evaluator", lambda s, _: s.add_link(CODE, "leads/W1/yes/t1/all")),
    "set_link": ("evaluator", lambda s, _: s.set_link(only(s.links(), "link"), note="x")),
    "remove_link": ("evaluator", lambda s, _: s.remove_link(only(s.links(), "link"))),
    "decide": (
        "evaluator",
        lambda s, _: s.decide(only(s.links(), "link"), "silence", reason="x", proposal=PROPOSED),
    ),
    "withdraw": ("evaluator", lambda s, _: s.withdraw(only(s.links(), "link"))),
    "add_judge": ("evaluator", lambda s, _: s.add_judge(BO)),
    "judge_done": ("evaluator", lambda s, _: s.judge_done()),
    "remove_judge": ("evaluator", lambda s, _: s.remove_judge(ANN)),
    "add_thread": ("evaluator", lambda s, _: s.add_thread("How?", raised_in="interviews")),
    "set_thread": (
        "evaluator",
        lambda s, _: s.set_thread(only(s.threads(), "thread"), status="dropped"),
    ),
    "remove_thread": ("evaluator", lambda s, _: s.remove_thread(only(s.threads(), "thread"))),
    "set_confidence": (
        "evaluator",
        lambda s, _: s.set_confidence(CODE, **{**ASSESSED, "overall": "low"}),
    ),
    "remove_confidence": ("evaluator", lambda s, _: s.remove_confidence(CODE)),
    "add_strand": ("evaluator", lambda s, _: s.add_strand(strand("third"))),
    "add_memo": ("coder", lambda s, _: s.add_memo("x", code=CODE)),
    "set_memo": ("coder", lambda s, _: s.set_memo(memo_by(s, ANN), text="y")),
    "remove_memo": ("coder", lambda s, _: s.remove_memo(memo_by(s, ANN))),
    "add_collection": ("evaluator", lambda s, _: s.add_collection("New", codes=[CODE])),
    "remove_collection": ("evaluator", lambda s, _: s.remove_collection("Kept")),
    "remove_strand": ("evaluator", lambda s, _: s.remove_strand("other")),
    "swap_words": (
        "evaluator",
        lambda s, _: s.swap_words(Names([Name("staff", "[x]")]), keep=lambda _run: None),
    ),
    "swap_back": ("evaluator", lambda s, _: s.swap_back([in_force(s)])),
    "set_retention": ("evaluator", lambda s, _: s.set_retention("2031-08-31")),
    "withdraw_participant": ("supervisor", lambda s, _: s.withdraw_participant("p1")),
    "purge": ("supervisor", lambda s, _: s.purge()),
}


def asked(name, question="Did you come?"):
    return Survey(name, items=(Item("W1", question, "yes-no"),))


def printed(name):
    return f"id: {name}\nheader: [Item, n]\nmeasures: {{Item: label, n: count}}\nrows: [[A, '3']]\n"


def own_entry(study):
    """The entry that made Ann's coding."""
    log = study.log()
    return int(log.loc[log["what"] == f"p1: {CODE} by Ann", "entry"].iloc[0])


def merge(study, path):
    study.write_pack(path, ANN)
    with Project.open(path, user=ANN) as pack:
        pack.add_coding("p1", (29, 35), CODE, coder=ANN)
    return study.merge_pack(path)


def in_force(study):
    """A pseudonymisation that changed nothing."""
    with study._store.alone() as connection:
        swapping.set_runs(connection, ["run"])
    return Run("run", "2026-11-28T04:00:00Z", ANN, ())


def assigned_to(study, coder):
    table = study.assignments()
    return table.loc[table["coder"] == coder, "assignment"].iloc[0]


def first_code(study):
    return next(code.id for code in study.codebooks()[0].codes if code.id != CODE)


def last_code(study):
    return study.codebooks()[0].codes[-1].id


def test_every_method_of_a_project_is_known_to_read_or_to_need_a_role():
    public = {name for name in dir(Project) if not name.startswith("_")}

    assert public == READS | set(CHANGES) | {"undo_last"}  # which is undo, several times


def larger_than(role):
    """The calls that need more than this role."""
    at = rights.ROLES.index(role)
    return {
        name: call for name, (least, call) in CHANGES.items() if least in rights.ROLES[at + 1 :]
    }


@pytest.mark.parametrize("role", ["reader", "coder", "evaluator"])
def test_whatever_needs_a_larger_role_is_refused_and_changes_nothing(study, write, role):
    before = entries(as_(study, ANN, role))

    for name, call in larger_than(role).items():
        with pytest.raises(NotAllowed) as refused:
            call(study, write)
        assert (name, refused.value.user, refused.value.role) == (name, ANN, role)

    assert entries(study) == before


@pytest.mark.parametrize("name", CHANGES)
def test_whoever_has_the_role_is_let_through(on_file, write, name):
    least, call = CHANGES[name]
    before = entries(as_(on_file, ANN, least))

    call(on_file, write)

    assert entries(on_file) == before + 1


def test_a_refusal_says_who_what_and_what_to_do(study):
    with pytest.raises(NotAllowed) as refused:
        as_(study, ANN, "reader").remove_coding(HELD)

    assert str(refused.value) == (
        "Ann is a reader in this study and may not remove coding; a supervisor can give another "
        "role (Settings, or 'qualkit coder set')"
    )


def test_a_reader_may_search_although_the_index_has_to_be_made(study):
    with study._store.engine.begin() as connection:
        connection.execute(schema.passage.delete())

    assert as_(study, ANN, "reader").search("staff").attrs["count"] == 1


# Their own --------------------------------------------------------------------------------------

FOREIGN = {  # what somebody with the role coder may do to nobody else's work
    "remove": lambda s: s.remove_coding(OTHER),
    "change": lambda s: s.set_coding(OTHER, memo="x"),
    "code as": lambda s: s.add_coding("p1", (29, 35), CODE, coder=BO),
    "code as somebody new": lambda s: s.add_coding("p1", (29, 35), CODE, coder="Cy"),
    "accept as": lambda s: s.accept(open_one(s), coder=BO),
    "reject as": lambda s: s.reject(open_one(s), coder=BO),
    "summarise as": lambda s: s.set_summary(CODE, "Bad.", author=BO, source="p1"),
    "remove a summary": lambda s: s.remove_summary(summary_by(s, BO)),
    "word a memo": lambda s: s.set_memo(memo_by(s, BO), text="Bad."),
    "remove a memo": lambda s: s.remove_memo(memo_by(s, BO)),
    "undo": lambda s: s.undo(own_entry(s) + 1),
    "finish": lambda s: s.set_done(BO),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_coder_cannot_touch_the_work_of_another_nor_write_in_their_name(study, name):
    before = entries(as_(study, ANN, "coder"))

    with pytest.raises(NotAllowed, match=r"another coder's|under another name"):
        FOREIGN[name](study)

    assert entries(study) == before


def test_a_coder_cannot_take_back_a_change_of_the_codebook_of_their_own(study):
    study.set_code(BOOK, CODE, name="Talk")
    entry = entries(study)

    with pytest.raises(NotAllowed, match="may not set code"):
        as_(study, ANN, "coder").undo(entry)


def test_a_coder_cannot_take_back_what_was_assigned_nor_that_it_was_taken_back(study):
    study.assign([("p1", 0, 11)], [ANN], blind=False)
    given = entries(study)
    study.unassign(study.assignments().query("coder == 'Ann' and end == 11")["assignment"])
    taken = entries(study)
    study.undo(taken)
    as_(study, ANN, "coder")

    for entry in (given, taken + 1):
        with pytest.raises(NotAllowed, match=r"may not (assign|change an assignment)"):
            study.undo(entry)


def test_a_coder_may_take_back_that_their_own_assignment_is_done(study):
    as_(study, ANN, "coder").set_done(ANN)

    assert study.undo(entries(study)).changed == 1


@pytest.mark.parametrize("role", ["coder", "evaluator"])
def test_only_a_supervisor_takes_back_a_sign_off_or_its_withdrawal(study, role):
    signed = entries(study)
    as_(study, ANN, role)

    with pytest.raises(NotAllowed, match="may not sign off"):
        study.undo(signed)

    as_(study, "Sue").undo(signed)
    assert study.sign_offs().empty


def test_an_evaluator_may_change_the_work_of_others(study):
    as_(study, ANN).remove_coding(OTHER)

    assert study.codings()["coder"].tolist() == [ANN]


# When roles bind ------------------------------------------------------------------------------


def test_roles_bind_only_where_somebody_is_a_supervisor(project):
    project.add_coder("tester", role="reader")
    assert project.may("supervisor")

    project.add_coder("Sue", role="supervisor")

    assert not project.may("coder")
    with pytest.raises(NotAllowed):
        project.add_coder(ANN)


def test_a_name_that_the_study_does_not_know_is_an_evaluators(study):
    study.user = "nobody"

    assert study.role_of("nobody") == "evaluator"
    assert (study.may("evaluator"), study.may("supervisor")) == (True, False)


def test_the_last_supervisor_cannot_be_demoted(study):
    with pytest.raises(ConflictError) as refused:
        study.set_coder("Sue", role="coder")

    assert str(refused.value) == (
        "Sue is the only supervisor of this study; make somebody else one first"
    )
    study.set_coder(ANN, role="supervisor")
    study.set_coder("Sue", role="coder")
    assert study.role_of("Sue") == "coder"


# Coders ---------------------------------------------------------------------------------------


def test_coders_are_listed_with_role_login_and_codings(study):
    study.set_coder(BO, login=" bo@example.org ")

    table = study.coder_table()

    assert table.columns.tolist() == ["name", "role", "login", "codings", "created"]
    assert table[["name", "role", "login", "codings"]].to_numpy().tolist() == [
        ["Ann", "evaluator", "", 1],
        ["Bo", "evaluator", "bo@example.org", 1],
        ["Sue", "supervisor", "", 0],
    ]


def test_a_new_name_goes_with_everything_that_the_coder_has_done(study):
    study.set_coder(BO, new_name="Beau")

    assert study.codings()["coder"].tolist() == ["Ann", "Beau"]
    assert study.check().problems == ()


def test_a_change_of_a_coder_is_logged_with_what_was_before(study):
    study.set_coder(BO, role="reader")

    entry = study.log().iloc[-1]
    assert (entry["who"], entry["action"], entry["what"]) == ("Sue", "set coder", "Bo, role reader")
    assert json.loads(entry["before"])[0]["role"] == "evaluator"
    assert json.loads(entry["after"])[0]["role"] == "reader"


def test_what_changes_nothing_about_a_coder_is_not_logged(study):
    before = entries(study)

    study.set_coder(BO, role="evaluator", login="")

    assert entries(study) == before


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda s: s.add_coder(BO), ConflictError, "there is a coder called 'Bo' already"),
        (lambda s: s.add_coder(" "), ValueError, "a coder needs a name"),
        (
            lambda s: s.add_coder("a\nb"),
            ValueError,
            "the name 'a\\nb' is no line of 200 letters or fewer",
        ),
        (
            lambda s: s.add_coder("Cy", role="boss"),
            UnknownName,
            "no role is called 'boss'; known are coder, evaluator, reader, supervisor",
        ),
        (
            lambda s: s.set_coder("Cy", role="reader"),
            UnknownName,
            "no coder is called 'Cy'; known are Ann, Bo, Sue",
        ),
        (
            lambda s: s.set_coder(BO, new_name=ANN),
            ConflictError,
            "there is a coder called 'Ann' already",
        ),
    ],
)
def test_a_coder_that_cannot_be_is_refused(study, call, kind, message):
    with pytest.raises(kind) as refused:
        call(study)

    assert str(refused.value) == message


def test_a_login_belongs_to_one_coder_whatever_its_case(study):
    study.set_coder(BO, login="bo@example.org")

    with pytest.raises(ConflictError, match=r"the login 'bo@example\.org' is Bo's already"):
        study.add_coder("Cy", login="BO@example.org")


def test_the_coders_of_an_older_study_are_evaluators(address):
    from tests.store.test_search import upgraded_to

    upgraded_to(address, "0004", ["INSERT INTO coder VALUES ('a', 'Ann', '2026-01-01T00:00:00Z')"])

    with Project.open(address) as study:
        assert study.coder_table()[["name", "role", "login"]].to_numpy().tolist() == [
            ["Ann", "evaluator", ""]
        ]
        with study.once(new_id()) as once:
            study.add_coder(BO)
        assert once.entry == 1
        with study._store.read() as connection:
            assert connection.execute(text("SELECT entry FROM gesture")).scalars().all() == [1]


def test_a_coder_takes_a_memo_of_their_own_out_of_every_set(study):
    own, other = memo_by(study, ANN), memo_by(study, BO)
    study.add_collection("To read", memos=[own, other])
    as_(study, ANN, "coder")

    entry = study.remove_memo(own)
    assert study.collections().query("name == 'To read'")["member"].tolist() == [other]
    study.undo(entry)
    assert set(study.collections().query("name == 'To read'")["member"]) == {own, other}
    with pytest.raises(NotAllowed):
        study.remove_memo(other)
