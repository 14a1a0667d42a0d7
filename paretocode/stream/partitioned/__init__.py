"""A stream that is larger than memory: a folder of Parquet parts, each of whole sessions, in the order of the stream.

The parts are stretches of the one order that a stream in memory has (sessions by their sorted names, requests by time).
So the folder has the digest of the stream in memory, draws that follow the order (demand, luck) are the same however
it is cut, and parts of equal size come out whatever the sessions look like.
"""

from paretocode.stream.partitioned.folder import PartitionedStream, open_partitions
from paretocode.stream.partitioned.generating import synthesise_partitions
from paretocode.stream.partitioned.manifest import MANIFEST, PARTITIONS_FORMAT, PartEntry
from paretocode.stream.partitioned.partitioning import partition_logs, partition_stream

# In story order: what lies there, how it is opened, and how it comes about.
__all__ = [  # noqa: RUF022
    "PARTITIONS_FORMAT",
    "MANIFEST",
    "PartEntry",
    "PartitionedStream",
    "open_partitions",
    "partition_stream",
    "partition_logs",
    "synthesise_partitions",
]
