"""Surveys with their answers, as a project keeps them.

The part of :class:`qualkit.project.Project` that surveys need. It keeps and does not analyse; see
:mod:`qualkit.surveying`. Answers are about people: they stand in no log and no message.

>>> from tempfile import mkdtemp
>>> from qualkit.project import Project, samples
>>> from qualkit.survey import read_answers, read_survey
>>> folder = samples() / "survey"
>>> survey = read_survey(folder / "items.yaml")
>>> project = Project.create(f"{mkdtemp()}/study.qualkit")
>>> report = project.add_survey(survey, [read_answers(folder / "after.csv", survey)])
>>> project.answers("school-leads", "after").shape, report.notes
((52, 21), ('24 open answers became the source school-leads-after',))
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, func, select

from qualkit.errors import BatchError, CodebookError, ConflictError, DamagedProject
from qualkit.keeping import Keeping
from qualkit.linked import in_notes, let_go, let_go_loose
from qualkit.loading import LoadReport, keep_source
from qualkit.model import NOT_XML
from qualkit.store import Change, schema, search, surveys
from qualkit.survey.items import Item, Survey, is_missing, number_of, parse_survey, write_survey
from qualkit.survey.reading import Answers, open_source
from qualkit.tables import COLUMNS
from qualkit.wording import many

if TYPE_CHECKING:
    import pandas as pd

_LONGEST: Final = 64  # characters of a wave's name
_SHOWN: Final = 12


class SurveyKeeping(Keeping):
    """What a project knows of surveys and their answers."""

    # Surveys -----------------------------------------------------------------------------

    def surveys(self) -> pd.DataFrame:
        """One row a survey; see :mod:`qualkit.tables`."""
        import pandas as pd

        with self._store.read() as connection:
            rows, kept = surveys.surveys(connection), surveys.waves(connection)
        found = []
        for row in rows:
            one = self._parsed(row)
            own = {wave.name: wave.respondents for wave in kept if wave.survey_id == row.id}
            names = tuple(name for name in one.waves if name in own)
            found.append((
                one.id, one.title or one.id, one.population, names, sum(own.values()),
                len(one.items), row.version,
            ))  # fmt: skip
        return pd.DataFrame(found, columns=list(COLUMNS["surveys"]))

    def waves(self) -> pd.DataFrame:
        """One row a wave whose answers are kept; see :mod:`qualkit.tables`."""
        import pandas as pd

        with self._store.read() as connection:
            rows, kept = surveys.surveys(connection), surveys.waves(connection)
        found = []
        for row in rows:
            own = {wave.name: wave for wave in kept if wave.survey_id == row.id}
            found += [
                (row.ident, name, own[name].respondents, own[name].file_name, own[name].added)
                for name in self._parsed(row).waves
                if name in own
            ]
        return pd.DataFrame(found, columns=list(COLUMNS["waves"]))

    def survey(self, name: str) -> Survey:
        """What one survey asked; UnknownName where there is none of that id."""
        with self._store.read() as connection:
            return self._parsed(surveys.one_survey(connection, name))

    def _parsed(self, row: Any) -> Survey:  # noqa: ANN401 - a row of the table
        try:
            return parse_survey(row.definition, row.ident)
        except CodebookError as error:
            why = f"the survey {row.ident} was changed outside qualkit ({error.problems[0]})"
            raise DamagedProject(self._store.name, why) from None

    def answers(self, survey: str, wave: str) -> pd.DataFrame:
        """What was answered in one wave, as :class:`qualkit.survey.Answers` has it in its table.

        Raises
        ------
        UnknownName
            For a survey or wave that is not there.
        DamagedProject
            Where the answers are not those that were kept.
        """
        with self._store.read() as connection:
            return self._answers(connection, survey, wave)

    def _answers(self, connection: Connection, survey: str, wave: str) -> pd.DataFrame:
        try:
            return surveys.answers(connection, survey, wave)
        except ValueError as error:
            raise DamagedProject(self._store.name, str(error)) from None

    def add_survey(
        self,
        survey: Survey,
        answers: Sequence[Answers] = (),
        *,
        open_answers: bool = True,
        links: bool = False,
    ) -> LoadReport:
        """Keep a survey with answers to it, all or none.

        Of a survey that is there already what was asked becomes what is given here, and further
        waves are added.

        Parameters
        ----------
        survey : Survey
        answers : sequence of Answers
            Each of a wave of its own.
        open_answers : bool
            Whether open answers become a source, ``SURVEY-WAVE``, so that they can be coded.
        links : bool
            Whether links to items that are asked no more go along; the notes say which.

        Returns
        -------
        LoadReport
            How many waves are new, and how many were there with the same answers; of a survey
            without answers, whether what it asks is new.

        Raises
        ------
        BatchError
            With every fault: answers that the survey does not allow, a wave without a name.
        CodebookError
            For a survey that no file could say: an id that is none, labels that read the same ...
        ConflictError
            Where a wave has other answers already, or a source of its name has other words.
        LinkedError
            Where links would point at nothing, and they may not go.
        """
        faults = [*_wave_faults(answers), *(fault for one in answers for fault in one.faults)]
        if faults:
            raise BatchError(survey.id, faults)
        listed = f": {', '.join(one.wave for one in answers)}" if answers else ""
        what = f"{survey.id}, {many(len(answers), 'wave')}{listed}"
        with self._store.change(self.user, "add survey", what) as change:
            survey, notes = self._with_waves(change, survey, answers)
            survey_id, new = surveys.write_survey(change, survey.id, *_written(survey))
            added = [one for one in answers if surveys.add_wave(change, survey_id, _wave(one))]
            notes += ["what it asks is other than before"] if new and answers and not added else []
            if open_answers:
                notes += [note for one in answers for note in _keep_open(change, survey, one)]
            notes += in_notes(let_go_loose(change, f"survey {survey.id}", links=links))
        if not answers:
            return LoadReport(int(new), int(not new), tuple(notes), change.entry)
        return LoadReport(len(added), len(answers) - len(added), tuple(notes), change.entry)

    def _with_waves(
        self, change: Change, survey: Survey, answers: Sequence[Answers]
    ) -> tuple[Survey, list[str]]:
        """The survey with every wave that is or will be kept, and what is odd about it."""
        names = change.connection.execute(select(schema.survey.c.ident)).scalars().all()
        files = {one.wave: one.file_name for one in answers}
        if survey.id not in names:
            return replace(survey, waves={**survey.waves, **files}), []
        row = surveys.one_survey(change.connection, survey.id)
        held = self._parsed(row)
        there = surveys.waves(change.connection)
        loaded = {wave.name for wave in there if wave.survey_id == row.id}
        before = {name: file for name, file in held.waves.items() if name in loaded}
        order = {**before, **survey.waves} if set(before) - set(survey.waves) else survey.waves
        made = replace(survey, waves={**order, **files})
        if replace(held, waves={}) == replace(made, waves={}):
            return made, []
        faults, notes = self._misfits(change, held, made, tuple(before))
        if faults:
            raise BatchError(survey.id, faults)
        return made, notes

    def _misfits(
        self, change: Change, held: Survey, wanted: Survey, waves: Sequence[str]
    ) -> tuple[list[str], list[str]]:
        """What kept answers have that a new definition does not allow, and what it leaves."""
        faults: list[str] = []
        notes: list[str] = []
        for wave in waves:
            table = self._answers(change.connection, held.id, wave)
            faults += [f"wave {wave}, {fault}" for fault in _faults(table, held, wanted)]
            notes += [f"wave {wave}: {note}" for note in _unread(table, held, wanted, wave)]
        return faults, notes

    def set_survey(
        self, survey: Survey, *, version: int | None = None, links: bool = False
    ) -> LoadReport:
        """Change what a survey asked: its words, labels, polarity, scales, what it speaks to.

        Parameters
        ----------
        survey : Survey
            By its id one that is there. Waves whose answers are kept stay.
        version : int, optional
            Of the survey that was read and is changed here; see :meth:`surveys`.
        links : bool
            Whether links to items that are asked no more go along.

        Returns
        -------
        LoadReport
            1 added, or 1 the same; notes on columns of answers that no item names any more, and
            on links that went.

        Raises
        ------
        UnknownName
            Where there is no such survey.
        BatchError
            With every item of which answers are kept that it would not allow.
        ConflictError
            Where somebody changed it since `version` was read.
        LinkedError
            Where links would point at nothing, and they may not go.
        """
        with self._store.change(self.user, "set survey", survey.id) as change:
            held = surveys.one_survey(change.connection, survey.id)
            if version is not None and held.version != version:
                raise ConflictError(
                    f"the survey {survey.id} was changed by somebody else since it was read; look "
                    "at it again, then repeat the change"
                )
            made, notes = self._with_waves(change, survey, ())
            _, new = surveys.write_survey(change, made.id, *_written(made))
            notes += in_notes(let_go_loose(change, f"survey {made.id}", links=links))
        return LoadReport(int(new), int(not new), tuple(notes), change.entry)

    def remove_wave(self, survey: str, wave: str, *, links: bool = False) -> int | None:
        """Remove the answers of a wave; the entry of the log, which has their number.

        An undo brings them back until they are purged.

        Its open answers stay, where they became a source: ``remove_source`` takes them away.

        Parameters
        ----------
        survey, wave : str
        links : bool
            Whether links to its findings go along, with their verdicts; the log says which.

        Raises
        ------
        UnknownName
            For a survey or wave that is not there.
        LinkedError
            Where there are links, and they may not go.
        """
        with self._store.change(self.user, "remove wave", f"{survey}, {wave}") as change:
            surveys.remove_waves(change, survey, [wave])
            let_go_loose(change, f"wave {wave} of {survey}", links=links)
        return change.entry

    def remove_survey(self, name: str, *, links: bool = False) -> int | None:
        """Remove a survey with all its answers; the entry of the log.

        An undo brings them back until they are purged.

        Parameters
        ----------
        name : str
        links : bool
            Whether links to its findings go along, with their verdicts; the log says which.

        Raises
        ------
        UnknownName
            Where there is none of that id.
        LinkedError
            Where there are links, and they may not go.
        """
        with self._store.change(self.user, "remove survey", name) as change:
            row = surveys.one_survey(change.connection, name)
            let_go(change, f"survey {name}", schema.link.c.survey_id == row.id, links=links)
            surveys.remove_waves(change, name)
            change.remove(schema.survey, [row.id])
        return change.entry


# Waves -----------------------------------------------------------------------------------


def _written(survey: Survey) -> tuple[str, str]:
    """The title and the definition of a survey, which reads back; CodebookError where it cannot."""
    definition = write_survey(survey)
    return parse_survey(definition, survey.id or "survey").title, definition


def _wave(answers: Answers) -> surveys.Wave:
    return surveys.Wave(answers.wave, answers.file_name, answers.file_sha256, answers.table)


def _wave_faults(answers: Sequence[Answers]) -> Iterator[str]:
    """Waves that cannot be told apart, or cannot be named in a table."""
    seen: set[str] = set()
    for one in answers:
        name = one.wave
        if not name or name != " ".join(name.split()) or len(name) > _LONGEST or "," in name:
            yield (
                f"{one.file_name}: the wave {name!r} needs a name of 1 to {_LONGEST} characters, "
                "without ','"
            )
        elif NOT_XML.search(name):
            yield f"{one.file_name}: the wave's name has a character that no text can hold"
        elif name in seen:
            yield f"{one.file_name}: the wave {name} is given twice"
        seen.add(name)


def _keep_open(change: Change, survey: Survey, answers: Answers) -> Iterator[str]:
    """Open answers as a source, where there are any; ConflictError where it has other words."""
    name = f"{survey.id}-{answers.wave}"
    source = open_source(answers, name)
    if source is None:
        return
    s = schema.source.c
    held = change.connection.execute(select(s.text).where(s.name == name)).scalar()
    if held == source.text:
        return
    if held is not None:
        raise ConflictError(
            f"a source is called {name!r} already and has other words; remove it first "
            "('qualkit source remove'), or leave the open answers out"
        )
    place = change.connection.execute(select(func.count()).select_from(schema.source))
    keep_source(change, source, {}, place.scalar_one())
    search.add(change.connection, [source.id])
    yield f"{many(len(source.turns), 'open answer')} became the source {name}"


# Answers that are kept, and another definition -------------------------------------------


def _faults(table: pd.DataFrame, held: Survey, wanted: Survey) -> Iterator[str]:
    """What a wave's answers have that a definition does not allow."""
    for name, needed in (("respondent", wanted.respondent), ("weight", wanted.weight),
                         ("cluster", wanted.cluster)):  # fmt: skip
        if needed and (name not in table or bool(table[name].isna().all())) and len(table):
            yield f"column {needed}: it was not read; load the file again"
    for name in wanted.subgroups:
        if name not in table:
            yield f"column {name}: it was not read as a subgroup; load the file again"
    before = {item.id: item for item in held.items}
    for item in wanted.items:
        was = before.get(item.id)
        if was is not None and (was.kind == "multiple") != (item.kind == "multiple"):
            yield f"item {item.id}: it cannot become or cease to be of kind multiple"
        elif item.kind not in {"multiple", "open"} and item.id in table:
            yield from _misfit(table[item.id], item, was.labels if was else {})


def _misfit(column: pd.Series, item: Item, named: Collection[str]) -> Iterator[str]:
    """Answers that an item does not allow; told by code only where it was a label."""
    wrong = {
        str(code): int(count)
        for code, count in column.value_counts().items()
        if not _allowed(str(code), item)
    }
    if not wrong:
        return
    codes = sorted(code for code in wrong if code in named)
    which = f" ({', '.join(codes[:_SHOWN])})" if codes else ""
    allowed = ", ".join([*item.codes, *item.dont_know][:_SHOWN]) or "numbers within its bounds"
    yield (
        f"item {item.id}: {many(sum(wrong.values()), 'kept answer')}{which} would not fit; it "
        f"would allow {allowed}"
    )


def _allowed(code: str, item: Item) -> bool:
    if code in item.dont_know or code in item.codes or is_missing(code, item.missing):
        return True
    if item.kind == "nominal":
        return not item.codes
    number = number_of(code)
    if number is None or (item.kind != "number" and item.codes):
        return False
    return (item.low is None or item.low <= number) and (item.high is None or number <= item.high)


def _unread(table: pd.DataFrame, held: Survey, wanted: Survey, wave: str) -> Iterator[str]:
    """Columns of answers that nothing names, and items that are new and have no column."""
    columns = {column for item in wanted.items for column in item.columns}
    known = columns | {"respondent", "weight", "cluster", *wanted.subgroups}
    left = [str(column) for column in table.columns if column not in known]
    if left:
        yield f"no item is called {', '.join(left[:_SHOWN])}; their answers are kept, and not read"
    there = {str(column) for column in table.columns}
    there |= {column for item in held.items for column in item.columns}
    new = [
        one.id for one in wanted.items
        if one.kind != "open" and wave in (one.waves or (wave,)) and not there & set(one.columns)
    ]  # fmt: skip
    if new:
        yield f"it has no answers to {', '.join(new[:_SHOWN])}; load the file again to read them"
