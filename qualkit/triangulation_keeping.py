"""Links between themes and findings, and verdicts on them, as a project keeps them.

The part of :class:`qualkit.project.Project` that triangulation needs. It keeps and does not
judge: what the rule proposes is in :mod:`qualkit.triangulate`. Evidence beyond interviews and
surveys is in :mod:`qualkit.strand_keeping`.

>>> from tempfile import mkdtemp
>>> from qualkit.project import Project, samples
>>> from qualkit.survey import read_answers, read_survey
>>> folder = samples() / "survey"
>>> survey = read_survey(folder / "items.yaml")
>>> study = f"{mkdtemp()}/study.qualkit"
>>> project = Project.create(study, codebooks=["evaluation-topics"], user="Ann")
>>> _ = project.add_survey(survey, [read_answers(folder / "after.csv", survey)])
>>> link = project.add_link("communication", "school-leads/K1/mean/after/all")
>>> project.links()[["theme", "finding", "author"]].values.tolist()
[['communication', 'school-leads/K1/mean/after/all', 'Ann']]
>>> project.remove_wave("school-leads", "after")
Traceback (most recent call last):
qualkit.errors.LinkedError: wave after of school-leads: 1 link would point at nothing; ...
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection

from qualkit.errors import ConflictError
from qualkit.keeping import Keeping, require_word
from qualkit.linked import owner_of
from qualkit.loading import (
    LoadReport,
    coder_id_of,
    named_code,
    plain_memo,
)  # fmt: skip
from qualkit.model import Code
from qualkit.store import Change, coders, read, triangulation
from qualkit.store.keep import KEEP, Keep
from qualkit.store.schema import link as link_table
from qualkit.triangulate.records import (
    FINAL,
    POLARITIES,
    PROPOSED,
    STATUSES,
    Link,
    Proposal,
    final_of,
)  # fmt: skip

if TYPE_CHECKING:
    import pandas as pd

CONCERNS: Final = ("none", "minor", "moderate", "serious")
LEVELS: Final = ("high", "moderate", "low", "very low")
THREAD_STATUSES: Final = ("open", "answered", "dropped")
COMPONENTS: Final = ("methodological", "coherence", "adequacy", "relevance")
_, _ACCEPTED, _CHANGED = STATUSES


class TriangulationKeeping(Keeping):
    """What a project knows of links, verdicts, judges, threads and confidence."""

    # Links -------------------------------------------------------------------------------

    def links(self) -> pd.DataFrame:
        """One row a link between a code and a finding; see :mod:`qualkit.tables`."""
        with self._store.read() as connection:
            return triangulation.links(connection)

    def link(self, link_id: str) -> Link:
        """One link; UnknownName where there is none of that id."""
        with self._store.read() as connection:
            return _link(connection, link_id)

    def add_link(
        self,
        theme: str,
        finding: str,
        *,
        polarity: str = "",
        same_construct: bool = False,
        note: str = "",
        known: Collection[str] | None = None,
    ) -> Link:
        """Link a theme or code to a finding.

        Parameters
        ----------
        theme : str
            The id of a theme or code, or ``codebook/code``.
        finding : str
            Its id, as :func:`qualkit.surveying.findings_of` lists it; the survey, published table
            or strand that it is of must have such an item and wave.
        polarity : str
            ``higher-is-better`` or ``lower-is-better``; empty, the finding's own counts.
        same_construct : bool
            Whether both are about the very same thing.
        note : str
        known : collection of str, optional
            The ids of all findings, as :func:`qualkit.triangulating.all_findings_of` lists them:
            another is refused. Left out, its measure and group are taken as they are, for to
            know them is to compute every finding.

        Raises
        ------
        UnknownName, ValueError
            For a code, finding or polarity that there is not.
        ConflictError
            Where they are linked already.
        """
        require_word("polarity", polarity, POLARITIES)
        with self._store.read() as connection:
            book, code = _placed(connection, theme)
        what = f"{book}/{code.id} to {finding}"
        with self._store.change(self.user, "add link", what) as change:
            owner = owner_of(change.connection, finding)
            if known is not None:
                require_word("finding", finding, known)
            values = {
                "code_id": _placed(change.connection, code.guid)[1].guid, "finding": finding,
                **dict.fromkeys(("survey_id", "published_id", "strand_id")), owner.column: owner.id,
                "polarity": polarity, "same_construct": int(same_construct),
                "note": plain_memo(note.strip(), "note"),
            }  # fmt: skip
            link_id = triangulation.add_link(change, values, self._me(change))
            return _link(change.connection, link_id)

    def set_link(
        self,
        link_id: str,
        *,
        polarity: str | None = None,
        same_construct: bool | None = None,
        note: str | None = None,
        version: int | None = None,
    ) -> Link:
        """Change what a link says; what is not given stays, and so do verdicts on it.

        Parameters
        ----------
        link_id : str
        polarity, same_construct, note : optional
            As for :meth:`add_link`.
        version : int, optional
            Of the link that was read and is changed here, as :meth:`links` has it.

        Raises
        ------
        UnknownName, ValueError
            For a link or polarity that there is not.
        ConflictError
            Where somebody changed it since `version` was read.
        """
        if polarity is not None:
            require_word("polarity", polarity, POLARITIES)
        given = {
            "polarity": polarity,
            "same_construct": None if same_construct is None else int(same_construct),
            "note": None if note is None else plain_memo(note.strip(), "note"),
        }
        values = {name: value for name, value in given.items() if value is not None}
        with self._store.read() as connection:
            what = _told(connection, link_id)
        with self._store.change(self.user, "set link", what) as change:
            triangulation.set_link(change, link_id, values, version)
            return _link(change.connection, link_id)

    def remove_link(self, link_id: str, *, version: int | None = None) -> int | None:
        """Remove a link with the verdicts on it; the log keeps them, under the number given back.

        Raises
        ------
        UnknownName
            Where there is none of that id.
        ConflictError
            Where somebody changed it since `version` was read.
        """
        with self._store.read() as connection:
            what = _told(connection, link_id)
        with self._store.change(self.user, "remove link", what) as change:
            triangulation.one_link(change.connection, link_id, version)
            triangulation.remove_links(change, [link_id])
        return change.entry

    # Verdicts ----------------------------------------------------------------------------

    def verdicts(self, *, judge: str | None = None) -> pd.DataFrame:
        """One row a verdict, or those of one judge; see :mod:`qualkit.tables`.

        A blind judge who is not done sees their own alone.
        """
        with self._store.read() as connection:
            return triangulation.verdicts(connection, self._sight(connection), judge)

    def decide(
        self,
        link: Link | str,
        verdict: str,
        *,
        proposal: Proposal | Mapping[str, Any],
        reason: str = "",
        adds: str = "",
        version: int | Keep | None = KEEP,
    ) -> LoadReport:
        """Keep the verdict of `user` on a link, in the place of their earlier one.

        Parameters
        ----------
        link : Link or str
            Or its id.
        verdict : str
            ``agreement``, ``partial``, ``dissonance`` or ``silence``.
        proposal : Proposal or mapping
            What the rule proposed, as it was when this was decided.
        reason : str
            Needed where the verdict is another than was proposed.
        adds : str
            What one kind of evidence adds to the other, if that is more than agreement.
        version : int or None, optional
            Of the verdict that makes room, None where there was none.

        Returns
        -------
        LoadReport
            1 added, or 1 the same where it says nothing new.

        Raises
        ------
        UnknownName
            For a link, or a verdict, that there is not.
        ValueError
            Where a reason is missing, or the proposal is about another finding, or is none.
        ConflictError
            Where the verdict is of another version.
        """
        require_word("verdict", verdict, FINAL)
        said = _proposal(proposal)
        link_id = link.id if isinstance(link, Link) else link
        accepted = verdict == final_of(said["verdict"])
        reason = plain_memo(reason.strip(), "reason")
        if not accepted and not reason:
            raise ValueError(
                f"a verdict of {verdict} where {said['verdict']} is proposed needs a reason"
            )
        with self._store.read() as connection:
            what = f"{_told(connection, link_id)}: {verdict}"
        with self._store.change(self.user, "decide", what) as change:
            held = triangulation.one_link(change.connection, link_id)
            if said.get("finding") not in {"", None, held["finding"]}:
                raise ValueError(f"the proposal is about {said['finding']}, not {held['finding']}")
            new = triangulation.decide(change, link_id, self._me(change), {
                "status": _ACCEPTED if accepted else _CHANGED, "verdict": verdict,
                "proposed": said["verdict"], "reason": reason,
                "adds": plain_memo(adds.strip(), "text"),
                "rule_version": int(said["rule_version"]),
                "proposal": json.dumps(said, ensure_ascii=False, sort_keys=True),
                "seal": triangulation.seal_of_proposal(said),
            }, version)  # fmt: skip
        return LoadReport(int(new), int(not new), entry=change.entry)

    def withdraw(self, link: Link | str) -> int | None:
        """Take the verdict of `user` on a link back; the change's number, None where none was.

        Raises
        ------
        UnknownName
            Where there is no such link.
        """
        link_id = link.id if isinstance(link, Link) else link
        with self._store.read() as connection:
            what = _told(connection, link_id)
        with self._store.change(self.user, "withdraw verdict", what) as change:
            triangulation.one_link(change.connection, link_id)
            triangulation.withdraw(change, link_id, coder_id_of(change.connection, self.user))
        return change.entry

    # Judges ------------------------------------------------------------------------------

    def judges(self) -> pd.DataFrame:
        """One row a judge: ``judge``, ``blind``, ``status`` (``open`` or ``done``)."""
        with self._store.read() as connection:
            return triangulation.judges(connection)

    def add_judge(self, name: str, *, blind: bool = True) -> LoadReport:
        """Have somebody judge the links, who sees no verdict of others before they are done.

        Parameters
        ----------
        name : str
            A name that is new is added.
        blind : bool
            False, they see all verdicts; said again, it is changed.

        Raises
        ------
        ConflictError
            Where `user` judges blind, and would take that off themselves.
        """
        name = name.strip()
        with self._store.change(self.user, "add judge", f"{name}{', blind' if blind else ''}") as (
            change
        ):
            if not blind:
                self._refuse_own(change, name)
            new = triangulation.set_judge(change, coders.known_or_new(change, name), blind=blind)
        return LoadReport(int(new), int(not new), entry=change.entry)

    def remove_judge(self, name: str) -> int | None:
        """Have somebody judge no more; their verdicts stay. The number of the change.

        Raises
        ------
        UnknownName
            For somebody who is no judge.
        ConflictError
            Where `user` judges blind, and would take that off themselves.
        """
        with self._store.change(self.user, "remove judge", name) as change:
            self._refuse_own(change, name)
            triangulation.remove_judge(change, coder_id_of(change.connection, name), name)
        return change.entry

    def _refuse_own(self, change: Change, name: str) -> None:
        """ConflictError where somebody would take it off themselves that they judge blind."""
        own = self._sight(change.connection)
        if own.judges_blind and own.coder_id == coder_id_of(change.connection, name):
            raise ConflictError(
                f"{name} judges blind; somebody else has to change that, or {name} says that "
                "it is done"
            )

    def judge_done(self, name: str | None = None, *, done: bool = True) -> int | None:
        """Say that a judge is done, by default `user`, or that they are not after all.

        From then on they see the verdicts of others. The number of the change, None where it
        was so.

        Raises
        ------
        UnknownName
            For somebody who is no judge.
        """
        who = self.user if name is None else name
        what = f"{who}{'' if done else ': open again'}"
        with self._store.change(self.user, "judge done", what) as change:
            own = coder_id_of(change.connection, who)
            triangulation.set_done(change, own, who, done=done)
        return change.entry

    # Threads -----------------------------------------------------------------------------

    def threads(self) -> pd.DataFrame:
        """One row a thread that was followed; see :mod:`qualkit.tables`."""
        with self._store.read() as connection:
            return triangulation.threads(connection, self._sight(connection))

    def add_thread(
        self,
        question: str,
        *,
        raised_in: str,
        pursued_in: str = "",
        theme: str | None = None,
        what_was_found: str = "",
        status: str = "open",
    ) -> str:
        """Log a question that one strand of evidence raised, to follow it in another; its id.

        Parameters
        ----------
        question : str
        raised_in, pursued_in : str
            Strands in words: ``interviews``, ``survey``, the id of another.
        theme : str, optional
            The code that it is about.
        what_was_found : str
        status : str
            ``open``, ``answered`` or ``dropped``.

        Raises
        ------
        UnknownName, ValueError
            For a code or status that there is not; without a question or a strand.
        """
        require_word("status", status, THREAD_STATUSES)
        values = _texts(question=question, raised_in=raised_in, pursued_in=pursued_in,
                        what_was_found=what_was_found)  # fmt: skip
        _require(values)
        with self._store.change(self.user, "add thread", values["question"][:80]) as change:
            code = None if theme is None else _placed(change.connection, theme)[1].guid
            return triangulation.add_thread(
                change, {**values, "code_id": code, "status": status}, self._me(change)
            )

    def set_thread(
        self,
        thread_id: str,
        *,
        question: str | None = None,
        raised_in: str | None = None,
        pursued_in: str | None = None,
        theme: str | Keep | None = KEEP,
        what_was_found: str | None = None,
        status: str | None = None,
        version: int | None = None,
    ) -> int | None:
        """Change a thread; what is not given stays. The number of the change, if it was one.

        Raises
        ------
        UnknownName, ValueError
            As :meth:`add_thread`, and where there is no such thread.
        ConflictError
            Where somebody changed it since `version` was read.
        """
        if status is not None:
            require_word("status", status, THREAD_STATUSES)
        values: dict[str, Any] = _texts(
            question=question, raised_in=raised_in, pursued_in=pursued_in,
            what_was_found=what_was_found, status=status,
        )  # fmt: skip
        _require(values)
        with self._store.change(self.user, "set thread", thread_id) as change:
            if not isinstance(theme, Keep):
                values["code_id"] = theme and _placed(change.connection, theme)[1].guid
            triangulation.set_thread(change, thread_id, values, version)
        return change.entry

    def remove_thread(self, thread_id: str, *, version: int | None = None) -> int | None:
        """Remove a thread; the log keeps it, under the number that comes back.

        Raises
        ------
        UnknownName
            Where there is none of that id.
        ConflictError
            Where somebody changed it since `version` was read.
        """
        with self._store.change(self.user, "remove thread", thread_id) as change:
            triangulation.remove_thread(change, thread_id, version)
        return change.entry

    # Confidence --------------------------------------------------------------------------

    def confidences(self) -> pd.DataFrame:
        """One row a code whose finding was assessed; see :mod:`qualkit.tables`."""
        with self._store.read() as connection:
            return triangulation.confidences(connection, self._sight(connection))

    def set_confidence(
        self,
        theme: str,
        *,
        overall: str,
        methodological: str,
        coherence: str,
        adequacy: str,
        relevance: str,
        explanation: str = "",
        version: int | Keep | None = KEEP,
    ) -> LoadReport:
        """Assess how far the finding on a code can be relied on.

        Parameters
        ----------
        theme : str
        overall : str
            ``high``, ``moderate``, ``low`` or ``very low``.
        methodological, coherence, adequacy, relevance : str
            Concerns: ``none``, ``minor``, ``moderate`` or ``serious``.
        explanation : str
        version : int or None, optional
            Of the assessment that makes room, None where there was none.

        Raises
        ------
        UnknownName
            For a code that there is not, another word.
        ConflictError
            Where the assessment is of another version.

        Notes
        -----
        The components are those of GRADE-CERQual, which was made for syntheses of studies; they
        are borrowed here for one study.
        """
        values = {
            "methodological": methodological, "coherence": coherence, "adequacy": adequacy,
            "relevance": relevance,
        }  # fmt: skip
        for name, value in values.items():
            require_word(f"concern ({name})", value, CONCERNS)
        require_word("confidence", overall, LEVELS)
        values |= {
            "overall": overall, "explanation": plain_memo(explanation.strip(), "explanation"),
        }  # fmt: skip
        with self._store.change(self.user, "set confidence", f"{theme}: {overall}") as change:
            code = _placed(change.connection, theme)[1]
            own = {**values, "author_id": self._me(change)}
            new = triangulation.set_confidence(change, code.guid, own, version)
        return LoadReport(int(new), int(not new), entry=change.entry)

    def remove_confidence(self, theme: str, *, version: int | None = None) -> int | None:
        """Remove the assessment of a code; the change's number, None where it had none.

        Raises
        ------
        UnknownName
            For a code that there is not.
        ConflictError
            Where somebody changed it since `version` was read.
        """
        with self._store.change(self.user, "remove confidence", theme) as change:
            code = _placed(change.connection, theme)[1]
            triangulation.remove_confidence(change, code.guid, version)
        return change.entry

    def _me(self, change: Change) -> str:
        """The row of who works."""
        return coders.known_or_new(change, self.user)


def proposal_seal(proposal: Proposal | Mapping[str, Any]) -> str:
    """The seal over what a proposal rests on; a verdict with another seal had other evidence.

    Raises
    ------
    ValueError
        For what is no proposal.
    """
    return triangulation.seal_of_proposal(_proposal(proposal))


def _proposal(proposal: Proposal | Mapping[str, Any]) -> dict[str, Any]:
    """A proposal as JSON has it; ValueError for what is none."""
    said = proposal.as_dict() if isinstance(proposal, Proposal) else dict(proposal)
    if said.get("verdict") not in PROPOSED or not isinstance(said.get("rule_version"), int):
        raise ValueError("this is no proposal of the rule: it needs a verdict and a rule_version")
    return {str(name): _json(value) for name, value in said.items()}


def _json(value: Any) -> Any:  # noqa: ANN401 - whatever JSON can hold
    if isinstance(value, Mapping):
        return {str(name): _json(one) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_json(one) for one in value]
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _placed(connection: Connection, theme: str) -> tuple[str, Code]:
    """A code by any of its names, with its codebook's id."""
    found = named_code(connection, theme)
    books = read.codebooks(connection)
    return next(book.id for book in books if found.guid in {one.guid for one in book.codes}), found


def _link(connection: Connection, link_id: str) -> Link:
    row = triangulation.one_link(connection, link_id)
    book, code = _placed(connection, row["code_id"])
    return Link(
        book, code.id, row["finding"], row["polarity"], bool(row["same_construct"]), row["note"],
        link_id,
    )  # fmt: skip


def _told(connection: Connection, link_id: str) -> str:
    """A link in words; its id where there is none."""
    found = triangulation.told(connection, link_table.c.id == link_id, judged=False)
    return found.get(link_id, link_id)


def _texts(**given: str | None) -> dict[str, str]:
    """The texts that are given, each one that can be stored."""
    return {
        name: plain_memo(text.strip(), name.replace("_", " "))
        for name, text in given.items() if text is not None
    }  # fmt: skip


def _require(values: Mapping[str, Any]) -> None:
    """ValueError where a thread is left without what makes it one."""
    if "" in {values.get("question"), values.get("raised_in")}:
        raise ValueError("a thread needs a question, and the strand that it was raised in")
