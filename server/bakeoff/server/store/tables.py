"""The schema: rows that the store keeps, in plain SQL types.

Messages are stored whole in `body`; a column beside it exists only where rows are searched,
sorted or constrained by it.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
)

SCHEMA_VERSION = 1

metadata = MetaData()

# What the store knows of itself: its schema version and the key of its page tokens.
properties = Table(
    "properties",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", String(256), nullable=False),
)

candidates = Table(
    "candidates",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("candidates_by_sha256", "sha256"),
)

evaluation_sets = Table(
    "evaluation_sets",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("evaluation_sets_by_sha256", "sha256"),
)

evaluations = Table(
    "evaluations",
    metadata,
    # SQLite counts up by itself only in a column of exactly this type.
    Column("sequence", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("id", String(128), nullable=False, unique=True),
    Column("state", Integer, nullable=False),
    Column("request_id", String(36), nullable=True, unique=True),
    Column("request_sha256", String(64), nullable=True),
    Column("evaluation_set_id", String(128), nullable=False),
    Column("evaluation_set_body", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("report", LargeBinary, nullable=True),
    Index("evaluations_by_state", "state"),
    # An id that was given is not given again, so that an old page token stays right.
    sqlite_autoincrement=True,
)

# The candidates of an evaluation as they were when it was accepted.
evaluation_candidates = Table(
    "evaluation_candidates",
    metadata,
    Column(
        "evaluation_sequence",
        ForeignKey("evaluations.sequence", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("position", Integer, primary_key=True),
    Column("candidate_id", String(128), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("evaluation_candidates_by_candidate", "candidate_id"),
)

shards = Table(
    "shards",
    metadata,
    Column(
        "evaluation_sequence",
        ForeignKey("evaluations.sequence", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("candidate_id", String(128), primary_key=True),
    Column("first_index", BigInteger, primary_key=True),
    Column("example_count", BigInteger, nullable=False),
    Column("path", String(512), nullable=False),
    Column("sha256", String(64), nullable=False),
)

findings = Table(
    "findings",
    metadata,
    Column(
        "evaluation_sequence",
        ForeignKey("evaluations.sequence", ondelete="CASCADE"),
        primary_key=True,
    ),
    # Empty for what was found of the evaluation as a whole.
    Column("candidate_id", String(128), primary_key=True),
    Column("kind", String(128), primary_key=True),
    Column("body", LargeBinary, nullable=False),
)
