"""What a source's attribute says, for samples and for comparisons by groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from qualkit.errors import UnknownName
from qualkit.tables import attributes_of, plain

if TYPE_CHECKING:
    import pandas as pd

NOT_GIVEN: Final = "(not given)"
_NAMES: Final = ("case", "source")


def values_of(
    sources: pd.DataFrame, attribute: str, cases: pd.DataFrame | None = None
) -> dict[str, str]:
    """Each source's value of an attribute of sources or of their cases.

    Raises
    ------
    UnknownName
        For an attribute that neither has.
    """
    own = attributes_of(sources, "sources")
    shared = [] if cases is None else attributes_of(cases, "cases")
    if attribute in own or attribute in _NAMES:
        values = sources[attribute].tolist()
    elif cases is not None and attribute.removeprefix("case.") in shared:
        of_case = dict(zip(cases["case"], cases[attribute.removeprefix("case.")], strict=True))
        values = [of_case.get(case) for case in sources["case"]]
    else:
        raise UnknownName("attribute of sources or cases", attribute, [*_NAMES, *own, *shared])
    return {
        str(source): str(plain(value) or "").strip() or NOT_GIVEN
        for source, value in zip(sources["source"], values, strict=True)
    }
