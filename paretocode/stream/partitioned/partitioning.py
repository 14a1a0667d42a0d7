"""How do logs become parts without ever lying in memory whole? Read twice: to cut, and to hand each row to its part.

The first reading counts requests by session, which says where parts end. The second appends every row to the file of
its part, under ``.work``. Then each part alone is put in order and written as Parquet. What is finished is kept: after
an interruption the same command goes on with the next file, or the next part.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from paretocode.errors import InputError
from paretocode.progress import tracked
from paretocode.stream.load import load_stream
from paretocode.stream.partitioned.cutting import first_sessions_of, n_parts_of
from paretocode.stream.partitioned.folder import PartitionedStream, open_partitions
from paretocode.stream.partitioned.manifest import PartEntry, part_name, write_manifest
from paretocode.stream.partitioned.part_file import digest_of, write_part
from paretocode.stream.partitioned.scattering import scatter
from paretocode.stream.partitioned.work import Work, opened_work
from paretocode.stream.stream import RequestStream
from paretocode.stream.table.names import notes_on_columns, refuse_unknown_keys
from paretocode.stream.table.partitions import log_of

__all__ = ["partition_logs", "partition_stream", "seal"]

_MAX_BYTES = 2**50
_LEFT_OUT = "what the log says was done with the requests is not kept in parts"


def partition_logs(
    paths: Sequence[Path | str],
    out: Path | str,
    *,
    reader: str = "table",
    n_parts: int | None = None,
    requests_per_part: int | None = None,
    columns: dict[str, str] | None = None,
    name: str | None = None,
    **options: object,
) -> PartitionedStream:
    """Partition logs into a folder; an interrupted call goes on where it was.

    Parameters
    ----------
    paths
        The files of one log. The reader ``table`` takes many, and folders, and reads them a batch at a time; any other
        reader takes one and reads it into memory.
    out
        The folder to make. One that is finished and of the same logs is left as it is.
    reader, columns, options
        As for `paretocode.stream.load_stream`; `columns` is for ``table``.
    n_parts, requests_per_part
        In how many parts, or of about how many requests each (2,500,000).
    name
        What to call the stream.

    Raises
    ------
    InputError
        What the reader refuses; a folder that holds something else, or parts of other logs; a place that cannot be
        written to.
    UsageError
        Both ways of cutting.

    Notes
    -----
    The result is the stream that `load_stream` returns, in the same order, without what is logged; memory holds one
    batch, one part, and 24 bytes a session (40 bytes a request that names no session).
    """
    n_parts_of(1, n_parts=n_parts, requests_per_part=requests_per_part)
    cut = {"n_parts": n_parts, "requests_per_part": requests_per_part}
    if reader != "table":
        if len(paths) != 1:
            raise InputError(
                f"reader {reader!r} takes one log, and {len(paths)} are named",
                way_out="name one, or write them as plain tables first",
            )
        stream = load_stream(reader, paths[0], **options)
        renamed = stream if name is None else stream.replace(name=name)
        return partition_stream(renamed, out, n_parts=n_parts, requests_per_part=requests_per_part)
    folder, mapping = Path(out), dict(columns or {})
    log = log_of(paths[0] if len(paths) == 1 else list(paths), max_bytes=_MAX_BYTES)
    refuse_unknown_keys(mapping, where=log.where)
    with opened_work(folder, log.files, {**cut, "columns": mapping}) as work:
        if work is None:
            return open_partitions(folder)
        tables, source, sizes = scatter(work, log.files, mapping, cut=cut)
        entries = _finish_parts(work, sizes, name=log.name)
        notes = (*log.notes, *notes_on_columns(tables, source, mapping))
        seal(folder, entries, name=log.name if name is None else name, notes=notes)
    return open_partitions(folder)


def partition_stream(
    stream: RequestStream,
    out: Path | str,
    *,
    n_parts: int | None = None,
    requests_per_part: int | None = None,
) -> PartitionedStream:
    """Partition a stream that lies in memory.

    Raises
    ------
    InputError
        A folder that holds something else, or a place that cannot be written to.
    UsageError
        Both ways of cutting.

    Examples
    --------
    >>> import tempfile
    >>> from paretocode.stream import synthesise
    >>> stream = synthesise("chat", n_requests=100, rng=1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     parts = partition_stream(stream, folder + "/parts", n_parts=3)
    ...     len(parts.parts), len(parts) == len(stream), parts.whole().digest == stream.replace(logged=None).digest
    (3, True, True)
    """
    folder = Path(out)
    wanted = n_parts_of(len(stream), n_parts=n_parts, requests_per_part=requests_per_part)
    first = first_sessions_of(np.bincount(stream.session), wanted)
    rows = np.append(np.searchsorted(stream.session, first), len(stream))
    with opened_work(folder, (), {"stream": stream.digest, "n_parts": len(first)}) as work:
        if work is None:
            return open_partitions(folder)
        entries: list[PartEntry] = []
        for number, start in enumerate(tracked(rows[:-1].tolist(), "write", unit="part")):
            part = stream.part(start, int(rows[number + 1]))
            entries.append(
                work.kept_part(number)
                or work.keep_part(
                    number,
                    write_part(
                        part,
                        folder / part_name(number),
                        first_request=start,
                        first_session=int(first[number]),
                    ),
                )
            )
        notes = stream.notes if stream.logged is None else (*stream.notes, _LEFT_OUT)
        seal(folder, entries, name=stream.name, notes=notes)
    return open_partitions(folder)


def _finish_parts(work: Work, sizes: list[tuple[int, int]], *, name: str) -> list[PartEntry]:
    """Put each part's rows in order and write it; `sizes` are its requests and sessions."""
    entries: list[PartEntry] = []
    first_request = first_session = 0
    for number, (n_requests, n_sessions) in enumerate(tracked(sizes, "write", unit="part")):
        entry = work.kept_part(number)
        if entry is None:
            stream = work.rows(number, first_session=first_session, name=name)
            entry = work.keep_part(
                number,
                write_part(
                    stream,
                    work.folder.parent / part_name(number),
                    first_request=first_request,
                    first_session=first_session,
                ),
            )
        work.drop_rows(number)
        entries.append(entry)
        first_request, first_session = first_request + n_requests, first_session + n_sessions
    return entries


def seal(folder: Path, entries: list[PartEntry], *, name: str, notes: tuple[str, ...]) -> None:
    digest, has_demand = digest_of(folder, entries)
    write_manifest(folder, entries, name=name, notes=notes, digest=digest, has_demand=has_demand)
