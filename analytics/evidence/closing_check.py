"""A true-up, a hand-over or a reversal worked out again from its bundle. Pure."""

from collections.abc import Collection, Iterator, Mapping

from analytics.evidence.agreed import Line, amounts, want_document, want_page
from analytics.evidence.closing import Closing, made_from, rests_on, sources_of
from analytics.evidence.closing_page import closing_page
from analytics.evidence.manifest import NAME, Manifest
from analytics.evidence.page_frame import PAGE
from domain.contract import Party
from domain.errors import CivicwattError, InputError


def check_closing(
    parts: Mapping[str, bytes],
    kind: str,
    manifest: Manifest,
    signed_by: Collection[Party],
    *,
    code_version: str,
) -> Iterator[Line]:
    """Work a document out again, and say what it rests on.

    Raises
    ------
    InputError
        With the first place that differs.
    """
    sources = sources_of(parts, kind, manifest)
    try:
        made = made_from(sources)
    except CivicwattError as error:
        raise InputError(str(error), place=kind) from error
    seen = (manifest.contract, manifest.contract_version, manifest.month)
    if seen != (made.contract, made.contract_version, made.period):
        wanted = f"{made.contract}, version {made.contract_version}, {made.period}"
        raise InputError(f"names {seen}, the parts are of {wanted}", place=NAME)
    yield {
        "record": "bundle",
        "contract": made.contract,
        "contract_version": made.contract_version,
        "kind": made.kind,
        "period": made.period,
        "manifest_sha256": manifest.sha256,
        "parts": len(manifest.parts),
        "made_by": manifest.code_version,
        "checked_by": code_version,
    }
    want_document(kind, made, manifest, parts)
    for each in rests_on(Closing(made, sources, manifest.code_version)):
        yield {"record": "rests_on", "period": each.period, "sha256": each.sha256, "agrees": True}
    yield from amounts(made, made.payment)
    same = manifest.code_version == code_version
    if same:
        want_page(closing_page(made, sources), parts[PAGE])
    yield {
        "record": "verdict",
        "agrees": True,
        "signed_by": sorted(signed_by),
        "may_be_signed": made.may_be_signed,
        "stated": [],
        "page": "made again" if same else "of another version",
    }
