"""Automatic slices: those that a set and its answers allow.

A new bucket is one new file and one line in `_FILES`.
"""

from collections.abc import Mapping
from types import MappingProxyType

from bakeoff.server.slices.bucket import Bucket
from bakeoff.server.slices.buckets import attribute, classes, confidence, difficulty, length

_FILES = (attribute, length, classes, confidence, difficulty)

BUCKETS: Mapping[str, Bucket] = MappingProxyType({file.BUCKET.name: file.BUCKET for file in _FILES})

__all__ = ["BUCKETS"]
