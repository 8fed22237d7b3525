"""A bundle worked out again from its parts, until the first place that differs. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from analytics.evidence.agreed import Line, amounts, want_document, want_page
from analytics.evidence.archive import out_of_place, unpack
from analytics.evidence.bundle import (
    MONTH,
    STATEMENT,
    inputs_in,
    manifest_in,
    parties_in,
    sources_in,
)
from analytics.evidence.closing import CONTRACT, closing_kind
from analytics.evidence.closing_check import check_closing
from analytics.evidence.manifest import NAME, Manifest, difference
from analytics.evidence.model import want_fit
from analytics.evidence.page import page
from analytics.evidence.page_frame import PAGE
from analytics.evidence.recount import (
    Recount,
    Sources,
    amounts_of,
    disagreement,
    recount,
)
from analytics.evidence.register_days import Days
from analytics.evidence.signature import Signature, fingerprint, holds
from analytics.evidence.stated import stated_only
from analytics.settlement.month import settle
from analytics.settlement.statement import Inputs, Statement
from domain.contract import Party
from domain.errors import CivicwattError, InputError
from domain.model_band import ModelBand
from domain.record import told


def check(
    content: bytes,
    signatures: Sequence[Signature],
    trusted: Mapping[Party, str],
    *,
    code_version: str,
) -> Iterator[Line]:
    """Work a bundle out again, and say step by step what came of it.

    Parameters
    ----------
    trusted : mapping of Party to str
        Public keys, in base64, that the caller has from the parties themselves. Of a party without
        one the key in the bundle counts, and the step says so.
    code_version : str
        Version of Civicwatt that checks.

    Raises
    ------
    InputError
        With the first place that differs: the part, and in it the line, reading or amount.
    """
    try:
        yield from _checked(content, signatures, trusted, code_version)
    except (ArithmeticError, ValueError, RecursionError) as error:
        # Whoever made the file chose its numbers, days and depths; none of them is a fault of ours.
        reason = f"holds what nobody can reckon with: {type(error).__name__}, {error}"
        raise InputError(reason, place="bundle") from error


def _checked(
    content: bytes,
    signatures: Sequence[Signature],
    trusted: Mapping[Party, str],
    code_version: str,
) -> Iterator[Line]:
    parts = unpack(content, place="bundle")
    yield from _signed(parts, signatures, trusted)
    manifest = manifest_in(parts)
    _want_whole(manifest, content, parts)
    parties_in(parts)
    signed_by = [signature.party for signature in signatures]
    kind = closing_kind(parts)
    if kind is not None:
        yield from check_closing(parts, kind, manifest, signed_by, code_version=code_version)
        return
    inputs = inputs_in(parts, manifest.code_version)
    yield _head(manifest, inputs, code_version)
    try:
        found, sources = _recounted(inputs, parts)
        yield from _counted(inputs, found)
        yield from _fits(inputs, sources)
        statement = settle(inputs)
    except InputError:
        raise
    except CivicwattError as error:
        raise InputError(str(error), place=MONTH) from error
    yield from _statement(statement, manifest, parts)
    if manifest.code_version == code_version:
        shown = page(inputs, statement, found, sources.registers)
        want_page(shown, parts[PAGE])
    yield {
        "record": "verdict",
        "agrees": True,
        "signed_by": sorted(signed_by),
        "may_be_signed": statement.may_be_signed,
        "stated": list(stated_only(inputs, found)),
        "page": "made again" if manifest.code_version == code_version else "of another version",
    }


def _signed(
    parts: Mapping[str, bytes], signatures: Sequence[Signature], trusted: Mapping[Party, str]
) -> Iterator[Line]:
    """Signatures first: they say what the parts were, whatever the bundle says of itself."""
    seen: set[Party] = set()
    for signature in signatures:
        party = signature.party
        place = f"signature of the {party}"
        if party in seen:
            raise InputError("is given twice", place=place)
        seen.add(party)
        key = trusted.get(party, signature.key)
        if not holds(signature, key):
            given = "the key given" if party in trusted else "its own key"
            reason = f"does not hold by {given} ({fingerprint(key)[:16]})"
            raise InputError(f"{reason}: another key signed, or it was changed", place=place)
        wrong = difference(signature.manifest, parts)
        if wrong is not None:
            raise InputError(f"{wrong[1]}, since the {party} signed it", place=wrong[0])
        if party not in trusted and parties_in(parts).key(party) != key:
            reason = f"is by key {fingerprint(key)[:16]}, which is not the {party}'s in the bundle"
            raise InputError(reason, place=place)
        if manifest_in(parts) != signature.manifest:
            raise InputError(f"is not the one the {party} signed", place=NAME)
        origin = "given" if party in trusted else "bundle"
        yield {
            "record": "signature",
            "party": party,
            "holds": True,
            "key_sha256": fingerprint(key),
            "key_from": origin,
        }
    for party in Party:
        if party not in seen:
            yield {"record": "signature", "party": party, "holds": None}


def _want_whole(manifest: Manifest, content: bytes, parts: Mapping[str, bytes]) -> None:
    wrong = difference(manifest, parts)
    if wrong is not None:
        raise InputError(f"{wrong[1]}, against the manifest", place=wrong[0])
    if manifest.text().encode() != parts[NAME]:
        raise InputError("is not in canonical form", place=NAME)
    at = out_of_place(content, parts)
    if at is not None:
        raise InputError("the file differs there, outside its parts", place=f"bundle, byte {at}")


def _head(manifest: Manifest, inputs: Inputs, code_version: str) -> Line:
    contract, month = inputs.contract, inputs.month
    seen = (manifest.contract, manifest.contract_version, manifest.month)
    if seen != (contract.code, contract.version, month.month):
        wanted = f"{contract.code}, version {contract.version}, {month.month}"
        raise InputError(f"names {seen}, the parts are of {wanted}", place=NAME)
    return {
        "record": "bundle",
        "contract": contract.code,
        "contract_version": contract.version,
        "month": month.month,
        "manifest_sha256": manifest.sha256,
        "parts": len(manifest.parts),
        "made_by": manifest.code_version,
        "checked_by": code_version,
    }


def _recounted(inputs: Inputs, parts: Mapping[str, bytes]) -> tuple[Recount, Sources]:
    month = inputs.month
    try:
        zone = ZoneInfo(inputs.contract.zone)
    except (ValueError, OSError, KeyError):
        raise InputError(f"{inputs.contract.zone!r} is no zone", place=CONTRACT) from None
    days = Days(month.first_day, month.end_day, zone)
    sources = sources_in(parts, days)
    found = recount(inputs, sources)
    wrong = disagreement(inputs, found)
    if wrong is not None:
        raise InputError(wrong[1], place=wrong[0])
    return found, sources


def _counted(inputs: Inputs, found: Recount) -> Iterator[Line]:
    meters = {meter.code: meter for meter in inputs.contract.meters}
    for use in inputs.month.uses:
        meter = meters[use.meter]
        counted = found.uses.get(use.meter)
        yield {
            "record": "use",
            "meter": use.meter,
            "line": meter.line,
            "quantities": told(amounts_of(use, meter)),
            "grade": use.grade,
            "missing_days": use.missing_days,
            "readings": counted.readings if counted else 2 * len(use.first or {}),
            "agrees": True if counted or use.first else None,
        }
    for prices in inputs.month.prices:
        yield {
            "record": "price",
            "line": prices.line,
            "prices": told(prices.prices),
            "source": prices.source,
            "agrees": True if prices.line in found.prices else None,
        }
    if found.degree_days is not None:
        yield {"record": "degree_days", **told(found.degree_days), "agrees": True}
    for again in found.models.values():
        yield {"record": "model", **told(replace(again, band=None)), "agrees": True}
        if again.band is not None:
            yield {"record": "band", "line": again.line, **_band(again.band), "agrees": True}


def _band(band: ModelBand) -> Line:
    """Of a band all but its scores, of which it says how many there are."""
    coverage = None if band.coverage is None else f"{band.coverage:.4f}"
    return {
        "calibrated_by": band.calibrated_by,
        "meter_years": len(band.scores),
        "coverage": coverage,
        "tested": band.tested,
        "here": band.here,
        "here_held": band.here_held,
    }


def _fits(inputs: Inputs, sources: Sources) -> Iterator[Line]:
    """Every model fitted again, to what is said of it."""
    for line, model in sources.models.items():
        again = model.check_fit()
        for figure in inputs.month.models:
            if figure.line == line:
                want_fit(figure, again, sources.bands.get(line))
        yield {"record": "fit", "line": line, "model": model.name, "agrees": True}


def _statement(
    statement: Statement, manifest: Manifest, parts: Mapping[str, bytes]
) -> Iterator[Line]:
    want_document(STATEMENT, statement, manifest, parts)
    for line in statement.lines:
        amount = None if line.amount is None else f"{line.amount:.2f}"
        yield {
            "record": "line",
            "line": line.code,
            "side": line.side,
            "amount": amount,
            "agrees": True,
        }
    yield from amounts(statement, statement.payment)
