"""What does models.dev list? Its TOML tree (as a tarball) or its ``api.json`` as a catalogue of prices.

Amounts are USD per million tokens. In the tree, ``providers/<provider>/models/<id>.toml`` may inherit from
``models/<base_model>.toml`` (all keys; ``base_model_omit`` takes keys out again); ``api.json`` has that resolved.
``[[cost.tiers]]`` with ``tier.size`` hold for prompts strictly longer. ``experimental.modes`` (fast modes at other
prices) are other products and not read. Format: https://github.com/sst/models.dev
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import IO

from paretocode._files import parse_toml
from paretocode.catalogue._amounts import PER_MTOK, usd_per_mtok
from paretocode.catalogue._files import MAX_DOCUMENT_BYTES, read_bytes, read_json
from paretocode.catalogue._price_list import PriceList, Prices, price_dict
from paretocode.catalogue._records import Record, is_number, iso_day, sub
from paretocode.catalogue.catalogue import Catalogue
from paretocode.errors import InputError

__all__ = ["cost_of", "read_models_dev", "tiers_of"]

_MAX_MEMBER_BYTES = 2**20
"""Largest model of the tree; one has a few hundred bytes."""
_KEYS = ("input", "output", "cache_read", "cache_write")


def read_models_dev(path: str | Path, *, provider: str | None = None) -> Catalogue:
    """Read a tarball of the models.dev tree (``.tar.gz``) or ``api.json`` (``.json``, ``.json.gz``).

    Left out by name: models without a ``[cost]``, models whose base is not in the tree, models that answer with no
    text. A price of 0 is missing unless the id ends in ``:free``.

    Parameters
    ----------
    provider
        Only this provider's models; by default all.

    Returns
    -------
    Catalogue
        `model_id` is ``provider/id``. No scores, no speeds.

    Raises
    ------
    InputError
        No tarball or JSON of that shape, broken TOML (with the member's name), no model of the provider.
    """
    path = Path(path)
    found = PriceList()
    for name, record in _models(path, found):
        if provider is None or name.startswith(f"{provider}/"):
            _add(found, name, record, where=f"{path}, {name}")
    return found.catalogue(
        source="models.dev",
        attribution="Prices and context windows from models.dev (MIT).",
        where=str(path),
        extra=("context_tokens", "max_output_tokens", "release_date"),
    )


def _models(path: Path, found: PriceList) -> Iterator[tuple[str, Record]]:
    if path.name.endswith(".tar.gz"):
        yield from _models_of_tree(_read_tree(path), found)
        return
    document = read_json(path)
    for provider, entry in (document if isinstance(document, dict) else {}).items():
        for model_id, record in sub(entry, "models").items() if isinstance(entry, dict) else ():
            if isinstance(record, dict):
                yield f"{provider}/{model_id}", record


def _read_tree(path: Path) -> dict[PurePosixPath, Record]:
    """Return every TOML member of the tarball; members are read in memory and nothing is unpacked."""
    packed = read_bytes(path, limit=MAX_DOCUMENT_BYTES)
    tree: dict[PurePosixPath, Record] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            for member in archive:
                stream = archive.extractfile(member) if member.isfile() and member.name.endswith(".toml") else None
                if stream is not None:
                    tree[PurePosixPath(member.name)] = _toml(
                        _bytes_of(member, stream, path), where=_place(path, member)
                    )
    except tarfile.TarError as error:
        raise InputError("the file is no whole tarball", where=str(path), way_out="fetch the file again") from error
    return tree


def _bytes_of(member: tarfile.TarInfo, stream: IO[bytes], path: Path) -> bytes:
    """Return a member's bytes; a sparse one may claim any size in a few bytes."""
    if member.size > _MAX_MEMBER_BYTES:
        raise InputError(
            f"the member claims {member.size:,} bytes, over the limit of {_MAX_MEMBER_BYTES:,}",
            where=_place(path, member),
            way_out="fetch the file again",
        )
    return stream.read()


def _place(path: Path, member: tarfile.TarInfo) -> str:
    return f"{path}, {member.name}"


def _toml(data: bytes, *, where: str) -> Record:
    try:
        return parse_toml(data)
    except ValueError as error:
        why = f"byte {error.start} is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else str(error)
        raise InputError(f"the member is not whole TOML ({why})", where=where, way_out="fetch it again") from error


def _models_of_tree(tree: Mapping[PurePosixPath, Record], found: PriceList) -> Iterator[tuple[str, Record]]:
    bases: dict[str, Record] = {}
    entries: dict[str, Record] = {}
    for place, record in tree.items():
        parts = place.with_suffix("").parts
        if "providers" in parts and "models" in parts[parts.index("providers") + 2 :][:1]:
            start = parts.index("providers") + 1
            entries["/".join((parts[start], *parts[start + 2 :]))] = record
        elif "models" in parts and "providers" not in parts:
            bases["/".join(parts[parts.index("models") + 1 :])] = record
    for name, record in sorted(entries.items()):
        base = record.get("base_model")
        if base is not None and base not in bases:
            found.leave_out(name, f"the base model {base} is not in the tree")
        else:
            yield name, record if base is None else _inherited(bases[str(base)], record)


def _inherited(base: Record, record: Record) -> Record:
    merged = _without(base, record.get("base_model_omit"))
    for key, value in record.items():
        mine = merged.get(key)
        merged[key] = {**mine, **value} if isinstance(mine, dict) and isinstance(value, dict) else value
    return merged


def _without(base: Record, omitted: object) -> dict[str, object]:
    kept: dict[str, object] = {key: dict(value) if isinstance(value, dict) else value for key, value in base.items()}
    for dotted in omitted if isinstance(omitted, list) else ():
        *outer, last = str(dotted).split(".")
        place = kept.get(outer[0]) if outer else kept
        if isinstance(place, dict):
            place.pop(last, None)
    return kept


def _add(found: PriceList, name: str, record: Record, *, where: str) -> None:
    outputs = sub(record, "modalities").get("output")
    if not sub(record, "cost"):
        found.leave_out(name, "they have no cost")
    elif isinstance(outputs, list) and "text" not in outputs:
        found.leave_out(name, "they answer with no text")
    else:
        if record.get("status") == "deprecated":
            found.notes.append(f"{name} is marked deprecated.")
        limit = sub(record, "limit")
        found.add(
            name,
            cost_of(sub(record, "cost"), where=where),
            name=str(record.get("name") or name),
            steps=tiers_of(sub(record, "cost"), where=where),
            context=limit.get("context"),
            max_output=limit.get("output"),
            release_date=iso_day(record.get("release_date")),
        )


def cost_of(cost: Record, *, where: str) -> Prices:
    """Return the four prices of a ``cost`` table [USD per million tokens]; NaN where it names none."""
    return price_dict(*(usd_per_mtok(cost.get(key), factor=PER_MTOK, key=f"cost.{key}", where=where) for key in _KEYS))


def tiers_of(cost: Record, *, where: str) -> dict[int, Prices]:
    """Return long-context prices by the prompt length above which they hold (``tiers``, ``context_over_200k``)."""
    steps: dict[int, Prices] = {}
    tiers = cost.get("tiers")
    for entry in tiers if isinstance(tiers, list) else ():
        tier = sub(entry, "tier") if isinstance(entry, dict) else {}
        size = tier.get("size")
        if tier.get("type", "context") == "context" and is_number(size) and size > 0:
            steps[int(size)] = cost_of(entry, where=where)
    over_200k = sub(cost, "context_over_200k")
    if over_200k and 200_000 not in steps:
        steps[200_000] = cost_of(over_200k, where=where)
    return steps
