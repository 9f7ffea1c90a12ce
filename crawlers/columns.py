"""The types of the ledger's columns that are neither SQLite's nor PostgreSQL's own."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, LargeBinary, String, TypeDecorator
from sqlalchemy.types import TypeEngine


class Instant(TypeDecorator[datetime]):
    """An aware instant, kept as naive UTC, since SQLite has no zones; to the microsecond in both."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: object) -> datetime | None:
        """Return a value as it is kept."""
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, _dialect: object) -> datetime | None:
        """Return a kept value as it is meant."""
        return value.replace(tzinfo=UTC) if value else None


class Text(TypeDecorator[str]):
    """A text that sorts by its code points in both; a NUL, which PostgreSQL refuses, and half of an emoji are left out."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return what a database has for it."""
        return dialect.type_descriptor(String(collation="C" if dialect.name == "postgresql" else None))

    def process_bind_param(self, value: str | None, _dialect: object) -> str | None:
        """Return a value as it is kept."""
        return value.replace("\0", "").encode("utf-8", "ignore").decode() if value else value


class Hex(TypeDecorator[str]):
    """Hex digits, kept as the bytes that they spell: half the size."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: object) -> bytes | None:
        """Return a value as it is kept."""
        return bytes.fromhex(value) if value is not None else None

    def process_result_value(self, value: bytes | None, _dialect: object) -> str | None:
        """Return a kept value as it is meant."""
        return value.hex() if value is not None else None
