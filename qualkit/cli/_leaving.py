"""Every file that a command writes from a study is checked before it takes its place.

One place for all commands, so that none can forget: the check is set up where a command is begun
(:mod:`qualkit.cli`), and ``--release-anyway`` is given here to each that writes a file. What
``qualkit privacy`` writes is for whoever holds the key, with names in it, and is no release.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

_WRITES: Final = frozenset({"out", "map_file", "bars", "curve"})  # what their options are called
_BY_NAME: Final = frozenset({"export", "pack"})  # those that name their file otherwise
_KEEPERS: Final = "privacy"
_REASON: Final = "qualkit.release_anyway"
_SHOWN: Final = 10


def releasable(command: click.Command, name: str) -> click.Command:
    """The command, or each within the group, with the option where it writes a file."""
    if name == _KEEPERS:
        return command
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            releasable(inner, str(inner.name))
    known = {param.name for param in command.params}
    if writes(command, name) and "release_anyway" not in known:
        command.params.append(_option())
    return command


def writes(command: click.Command, name: str) -> bool:
    """Whether a command writes a file from a study."""
    known = {param.name for param in command.params}
    return "study" in known and (bool(known & _WRITES) or name in _BY_NAME)


def _option() -> click.Option:
    return click.Option(
        ["--release-anyway"], metavar="REASON", expose_value=False, callback=_keep,
        help="Why the file may leave, though the check before release refuses it; it is logged.",
    )  # fmt: skip


def _keep(ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
    if value is not None and not value.strip():
        raise click.BadParameter("say why it may leave")
    ctx.meta[_REASON] = value


def leaving(made: Path, place: Path) -> None:
    """Check a file of the command at hand; what is to be looked at is told."""
    from qualkit.cli._shared import say
    from qualkit.privacy.release import REFUSE, UNREAD
    from qualkit.project import Project
    from qualkit.releasing import let_out, summary

    ctx = click.get_current_context(silent=True)
    study = _param(ctx, "study")
    if ctx is None or not isinstance(study, str) or _KEEPERS in ctx.command_path.split():
        return
    user = _param(ctx, "user")
    with Project.open(study, user=user if isinstance(user, str) else None) as project:
        found = let_out(project, made, place, anyway=ctx.meta.get(_REASON))
    found = [one for one in found if one.kind != UNREAD]  # every picture is one
    for one in [one for one in found if one.level == REFUSE][:_SHOWN]:
        say(f"released all the same: {one.where}: {one.why} {one.text}".rstrip())
    for one in [one for one in found if one.kind == "combination"][:_SHOWN]:
        say(f"look at: {one.where}: {one.why} {one.text}")
    if found:
        say(f"release check of {place.name}: {summary(found)}")


def _param(ctx: click.Context | None, name: str) -> object:
    """A parameter of the command at hand, or of one around it."""
    while ctx is not None:
        if ctx.params.get(name) is not None:
            return ctx.params[name]
        ctx = ctx.parent
    return None
