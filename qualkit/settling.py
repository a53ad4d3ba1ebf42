r"""A project's disagreements, settled: the list, the decisions, the consensus and its sign-off.

>>> import tempfile
>>> from pathlib import Path
>>> from qualkit.project import Project
>>> folder = Path(tempfile.mkdtemp())
>>> _ = (folder / "p7.txt").write_text("P7: They rang back at once. Nobody else did.\n")
>>> project = Project.create(folder / "study.qualkit", codebooks=["evaluation-topics"])
>>> _ = project.add_sources([folder / "p7.txt"])
>>> _ = project.add_coding("p7", (4, 27), "communication", coder="Ann")
>>> _ = project.add_coding("p7", (4, 44), "communication", coder="Bo")
>>> found = disagreements_of(project).iloc[0]
>>> found["kind"], found["coders"], found["status"]
('boundary', ('Ann', 'Bo'), 'open')
>>> settle(project, found["disagreement"], "Ann", by="Sue", reason="the rest is of others").added
1
>>> consensus_of(project)[["text", "coder"]].values.tolist()
[['They rang back at once.', 'Consensus']]
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from qualkit.agreement._passages import passages_of
from qualkit.agreement._places import Places
from qualkit.agreement._verdicts import Verdicts
from qualkit.agreement.choices import EDIT, chosen
from qualkit.agreement.consensus import (
    EMPTY,
    consensus,
    seal_of_source,
    seals_of_sources,
    settled_codings,
)  # fmt: skip
from qualkit.agreement.disagreements import (
    OPEN,
    SETTLED,
    confusion,
    context_of,
    disagreements,
    table_of,
)
from qualkit.agreement.presence import presence
from qualkit.agreement.redefining import counts_of, passage_counts, to_redefine
from qualkit.errors import ConflictError, UnknownName

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.loading import LoadReport
    from qualkit.project import Project

_TYPES: Final = {
    **dict.fromkeys(("passages", "agreed", "open", "settled"), "int64"),
    **dict.fromkeys(("signed", "changed"), "bool"),
}  # the others as they are, so that None stays None
_MOVED: Final = (
    "somebody changed, added or removed a coding of this passage since it was read; look"
    " at it again"
)
_FEW: Final = 50  # sources of which alone the codings are read; of more, all are
_RULES: Final = ["code", "name", "definition", "include", "exclude", "example"]
_PROGRESS: Final = (
    "source", "coders", "passages", "agreed", "open", "settled", "signed", "signed_by",
    "signed_at", "note", "changed",
)  # fmt: skip


def disagreements_of(
    project: Project,
    *,
    overlap: float = 0.9,
    interviewer: bool = False,
    sources: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Every passage of a project on which its coders disagree, settled or not.

    Who codes blind sees none of the sources in which they do.

    Parameters
    ----------
    project : Project
    overlap, interviewer, sources
        As :func:`qualkit.agreement.disagreements.disagreements` takes them; it tells the columns.

    Raises
    ------
    UnknownName
        For a source that is not there.
    TableError
        For an overlap that is none.
    """
    with project.one_moment():
        few = None if sources is None or len(sources) > _FEW else sources
        if few is None:
            _require_sources(project, sources)
        return disagreements(
            project.codings(sources=few), decisions=project.decisions(), sources=sources,
            **_tables(project, few), overlap=overlap, interviewer=interviewer,
        )  # fmt: skip


def reading_of(project: Project, disagreement: str, *, overlap: float = 0.9) -> dict[str, Any]:
    """One disagreement with all that is needed to settle it.

    Parameters
    ----------
    project : Project
    disagreement : str
        Its id.
    overlap : float
        As :func:`disagreements_of` took it.

    Returns
    -------
    dict
        The columns of :func:`disagreements_of`; ``context``, a mapping of ``before``, ``runs``
        (each ``start``, ``end``, ``text``, ``speaker``, ``marked``) and ``after``; and
        ``definitions``, a list with ``code``, ``name``, ``definition``, ``include``, ``exclude``
        and ``example`` of each code that was chosen.

    Raises
    ------
    ConflictError
        Where there is no such disagreement, or none any more.
    """
    from dataclasses import asdict

    with project.one_moment():
        row = _one(disagreements_of(project, overlap=overlap), disagreement, project)
        context = context_of(row, project.turns([row["source"]]))
        codes = project.codes()
    own = codes[(codes["codebook"] == row["codebook"]) & codes["code"].isin(row["codes"])]
    return {**row, "context": asdict(context), "definitions": own[_RULES].to_dict("records")}


def consensus_of(
    project: Project, *, overlap: float = 0.9, interviewer: bool = False
) -> pd.DataFrame:
    """The consensus of a project's coders, with what was decided where they differed.

    See :func:`qualkit.agreement.consensus.consensus`.
    """
    with project.one_moment():
        return consensus(
            project.codings(), project.decisions(), **_tables(project), overlap=overlap,
            interviewer=interviewer,
        )  # fmt: skip


def settled_codings_of(
    project: Project, *, overlap: float = 0.9, interviewer: bool = False
) -> pd.DataFrame:
    """Every coder's codings as if all had marked what was decided, for agreement after.

    See :func:`qualkit.agreement.consensus.settled_codings`.
    """
    with project.one_moment():
        return settled_codings(
            project.codings(), project.decisions(), **_tables(project), overlap=overlap,
            interviewer=interviewer,
        )  # fmt: skip


def confusion_of(
    project: Project, *, overlap: float = 0.9, interviewer: bool = False
) -> pd.DataFrame:
    """Which codes of a project are chosen for the same words.

    See :func:`qualkit.agreement.disagreements.confusion`.
    """
    return confusion(disagreements_of(project, overlap=overlap, interviewer=interviewer))


def to_redefine_of(
    project: Project, *, overlap: float = 0.9, interviewer: bool = False
) -> pd.DataFrame:
    """The codes of a project on which disagreement clusters, with advice.

    See :func:`qualkit.agreement.redefining.to_redefine`.
    """
    with project.one_moment():
        codings, tables = project.codings(), _tables(project)
    found = passages_of(codings, **tables, overlap=overlap, interviewer=interviewer)
    undecided = Verdicts(None)
    table = table_of([one for one in found if one.open], undecided, Places(tables["turns"]))
    return to_redefine(table, counts_of(found, undecided), codes=tables["codes"])


def _tables(project: Project, sources: Sequence[str] | None = None) -> dict[str, Any]:
    return {
        "turns": project.turns(sources, words=False),
        "assignments": project.assignments(),
        "codes": project.codes(),
    }


def _require_sources(project: Project, names: Sequence[str] | None) -> None:
    known = list(project.sources()["source"]) if names else []
    for name in names or ():
        if name not in known:
            raise UnknownName("source", name, known)


# Decisions ---------------------------------------------------------------------------------


def settle(  # noqa: PLR0913 - what is decided, by whom and why, and what counts as the same
    project: Project,
    disagreement: str,
    choice: str,
    *,
    by: str,
    reason: str = "",
    edit: Sequence[Mapping[str, Any]] | None = None,
    replace: bool = False,
    seals: Mapping[str, str] | None = None,
    source: str | None = None,
    overlap: float = 0.9,
    interviewer: bool = False,
) -> LoadReport:
    """Settle one disagreement; the coders' own codings stay as they are.

    Parameters
    ----------
    project : Project
    disagreement : str
        Its id, as :func:`disagreements_of` gives it.
    choice : str
        A coder's name, ``both``, ``neither`` or ``edit``; see
        :func:`qualkit.agreement.choices.chosen`.
    by : str
        Who decides.
    reason : str
        Why, for the methods annex and for the coders.
    edit : sequence of mapping, optional
        The codings that are to stand, where `choice` is ``edit``.
    replace : bool
        Put it in the place of a decision that holds. One whose codings changed since is always
        replaced.
    seals : mapping, optional
        Those of the row that was read: nothing is decided on codings that are others now.
    source : str, optional
        Where the passage is; a large study answers sooner.
    overlap, interviewer
        As :func:`disagreements_of` took them.

    Returns
    -------
    LoadReport
        With the number of the change in the log, for an undo.

    Raises
    ------
    ConflictError
        Where a coding of the passage was changed, removed or added since it was read, or
        somebody settled it meanwhile.
    UnknownName, ValueError, BatchError
        For a choice that cannot be made, edited codings with faults, a decider without a name.
    """
    with project.one_moment():
        row = _one(
            disagreements_of(
                project, sources=None if source is None else [source], overlap=overlap,
                interviewer=interviewer,
            ),
            disagreement, project,
        )  # fmt: skip
        if seals is not None and dict(seals) != row["seals"]:
            raise ConflictError(f"{row['source']}: {_MOVED}")
        choice, result = chosen(row, choice, codes=project.codes(), edit=edit)
    version = _version_of(project, row, None if replace else (by.strip(), choice))
    return project.settle(
        row["source"], (row["start"], row["end"]), kind=row["kind"], choice=choice,
        seals=row["seals"], result=result, decider=by, reason=reason, version=version,
    )  # fmt: skip


def _one(table: pd.DataFrame, disagreement: str, project: Project) -> dict[Any, Any]:
    found = table[table["disagreement"] == disagreement].to_dict("records")
    if found:
        return found[0]
    hidden = ", ".join(sorted(project.blind))
    blind = f"; what {project.user} still codes blind is not shown ({hidden})" if hidden else ""
    raise ConflictError(f"there is no disagreement {disagreement!r} now: {_MOVED}{blind}")


def _version_of(
    project: Project, row: Mapping[Any, Any], same: tuple[str, str] | None
) -> int | None:
    """The version of the decision about these codings, None where there is none.

    ConflictError where it holds and is another than `same`, or an edited one, unless that is None.
    """
    decided = project.decisions()  # read last, so that a colleague's is not missed
    for one in decided.to_dict("records"):
        again = (one["decider"], one["choice"]) == same and one["choice"] != EDIT
        if one["seals"].keys() != row["seals"].keys():
            continue
        if same is not None and dict(one["seals"]) == row["seals"] and not again:
            raise ConflictError(
                f"{one['decider']} has settled this already ({one['choice']}, {one['decided']});"
                " look at it, then settle it anew in its place, or leave it"
            )
        return int(one["version"])
    return None


def withdraw(
    project: Project, disagreement: str, *, overlap: float = 0.9, interviewer: bool = False
) -> int | None:
    """Take back what was decided on a disagreement; the number of the change in the log.

    Parameters
    ----------
    project : Project
    disagreement : str
        Its id.
    overlap, interviewer
        As :func:`disagreements_of` took them.

    Raises
    ------
    ConflictError
        Where there is no such disagreement, or nothing was decided on it.
    """
    found = disagreements_of(project, overlap=overlap, interviewer=interviewer)
    row = _one(found, disagreement, project)
    if row["decision"] is None:
        raise ConflictError(f"nothing was decided on the disagreement {disagreement!r}")
    return project.withdraw_decision(str(row["decision"]))


# Sign-off ----------------------------------------------------------------------------------


def sign_off(project: Project, source: str, *, by: str, note: str = "") -> LoadReport:
    """Sign off the coding of a source as it is now, with what was decided on it.

    Parameters
    ----------
    project : Project
    source : str
        Its name.
    by : str
        The supervisor.
    note : str
        Needed where disagreements are open: why they may stay so.

    Returns
    -------
    LoadReport
        With the number of the change in the log.

    Raises
    ------
    ConflictError
        Where disagreements are open and no note says why, or `project.user` codes it blind.
    UnknownName, ValueError
        For a source that is not there, a supervisor without a name.
    """
    with project.one_moment():
        own = project.codings(sources=[source])
        if source in project.blind:
            raise ConflictError(
                f"{source}: {project.user} still codes it blind and does not see all of it; only"
                " somebody who does can sign it off"
            )
        found = disagreements_of(project, sources=[source])
        mark = seal_of_source(own, project.decisions(), source)
    waiting = int((found["status"] != SETTLED).sum())
    if waiting and not note.strip():
        raise ConflictError(
            f"{source}: {waiting} disagreement{'s are' if waiting > 1 else ' is'} still open;"
            " settle them first, or say in a note why they may stay so"
        )
    return project.sign_off(source, by=by, seal=mark, note=note)


def withdraw_sign_off(project: Project, source: str) -> int | None:
    """Take a sign-off back; the number of the change in the log, None where there was none.

    Raises
    ------
    UnknownName
        For a source that is not there.
    """
    return project.withdraw_sign_off(source)


def progress_of_consensus(
    project: Project, *, overlap: float = 0.9, interviewer: bool = False
) -> pd.DataFrame:
    """How far the consensus of each source is.

    Parameters
    ----------
    project : Project
    overlap, interviewer
        As :func:`disagreements_of` takes them.

    Returns
    -------
    DataFrame
        One row a source, in their order: ``source``; ``coders``, a tuple of who counts there;
        ``passages`` that two of them judged at least; of these ``agreed``, ``open`` (with what
        changed since it was settled) and ``settled``; ``signed``, whether it was signed off,
        ``signed_by``, ``signed_at`` and ``note``, None where not; ``changed``, whether a coding
        or a decision is another than when it was signed. Of a source that `project.user` codes
        blind, ``passages`` tells nothing and ``changed`` is False.
    """
    import pandas as pd

    with project.one_moment():
        codings, decisions, tables = project.codings(), project.decisions(), _tables(project)
        names, signed, hidden = project.sources()["source"], project.sign_offs(), project.blind
    counts = passage_counts(codings, decisions, **tables, overlap=overlap, interviewer=interviewer)
    totals = counts.groupby("source")[["passages", "agreed", OPEN, SETTLED]].sum()
    seals = seals_of_sources(codings, decisions)
    coders = _coders(codings, tables)
    held = signed.set_index("source").to_dict("index")
    rows = []
    for name in names:
        found = totals.loc[name].tolist() if name in totals.index else [0, 0, 0, 0]
        told = _told(held.get(name), seals.get(name), hidden=name in hidden)
        rows.append((name, coders.get(name, ()), *map(int, found), *told))
    return pd.DataFrame(rows, columns=list(_PROGRESS), dtype=object).astype(_TYPES)


def _coders(codings: pd.DataFrame, tables: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Who counts on each source, with whichever codebook."""
    present = presence(codings, tables["assignments"], tables["turns"]).present
    found: dict[str, set[str]] = {}
    for (source, _), coders in present.items():
        found.setdefault(source, set()).update(coders)
    return {source: tuple(sorted(coders)) for source, coders in found.items()}


def _told(
    signed: Mapping[Any, Any] | None, mark: str | None, *, hidden: bool
) -> tuple[bool, str | None, str | None, str | None, bool]:
    """Of a sign-off: whether there is one, by whom, when, with what note, and what became of it."""
    if signed is None:
        return False, None, None, None, False
    changed = not hidden and signed["seal"] != (EMPTY if mark is None else mark)
    return True, signed["by"], signed["at"], signed["note"], changed
