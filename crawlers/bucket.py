"""A prefix of a bucket, in an object store with the API of S3: objects that are read, put and listed by their names.

A PUT replaces an object in one step: who reads it from then on gets the new one, and a half upload is never seen. Nothing else
is one step there: a rename is a copy and a removal, and two objects cannot be replaced at once.

Keys and region are those of the environment (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`, `AWS_REGION`, a
profile, the machine's role).
"""

import os
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from crawlers.errors import ConfigError, StoreError

BLOCK = 1 << 20
"""Bytes that are asked for at a time when a part of an object is wanted."""
_TRIES = 100  # of reading an object; each fails only when it was replaced in that very moment


@dataclass(frozen=True)
class Bucket:
    """The objects below `path` (bucket/prefix). Every method raises StoreError when the store cannot be used."""

    path: str
    endpoint: str | None = None

    def __str__(self) -> str:
        """Return the place as it is written on a command line."""
        return f"s3://{self.path}"

    def check(self) -> None:
        """Raise ConfigError when there is no such bucket, StoreError when it cannot be reached."""
        bucket = self.path.partition("/")[0]
        with _one_sentence(bucket, "reached"):
            from pyarrow.fs import FileType  # noqa: PLC0415 - costs a third of a second, and a folder needs it not

            absent = self._files.get_file_info(bucket).type == FileType.NotFound
        if absent:
            raise ConfigError(f"data: there is no bucket {bucket}; make it first")

    def names(self, folder: str = "") -> list[str]:
        """Return the names right below a folder, of objects and of further folders, in their order; none where it is absent."""
        place = self._key(folder)
        with _one_sentence(place, "listed"):
            from pyarrow.fs import FileSelector  # noqa: PLC0415

            found = self._files.get_file_info(FileSelector(place, allow_not_found=True))
        return sorted(info.base_name for info in found)

    def read(self, name: str) -> bytes:
        """Return a whole object as it is at one moment. Raises FileNotFoundError.

        pyarrow asks for the size, then for so many bytes: where the object was replaced in between, the end is another's, or
        no one's. So the version (ETag) is asked for once more behind it.
        """
        with _one_sentence(self._key(name), "read"):
            content, version = b"", None
            for _ in range(_TRIES):
                with self._files.open_input_file(self._key(name)) as file:
                    known, version = version, file.metadata()["ETag"]
                    if version == known:
                        return content
                    content = bytes(file.read())
        raise StoreError(f"{self}/{name}: is replaced again and again while it is read")

    def chunks(self, name: str, offset: int) -> Iterator[bytes]:
        """Yield an object that is never replaced from `offset` on, in parts of at most 1 MiB. Raises FileNotFoundError."""
        number, skip = divmod(offset, BLOCK)
        while part := _block(self, name, number):
            yield part[skip:]
            number, skip = number + 1, 0

    def holds(self, name: str) -> bool:
        """Whether there is such an object."""
        with _one_sentence(self._key(name), "looked up"):
            return bool(self._files.get_file_info(self._key(name)).is_file)

    def put(self, name: str, file: Path) -> None:
        """Let a copy of a file of this machine be the object, in one step."""
        content = file.read_bytes()

        def upload() -> None:
            stream = self._files.open_output_stream(self._key(name), compression=None)
            stream.write(content)
            stream.close()

        # In a thread, where Ctrl-C cannot end it: a stream that is left open would be kept as the object, as far as it came.
        with _one_sentence(self._key(name), "written"), ThreadPoolExecutor(1) as thread:
            thread.submit(upload).result()

    def remove(self, name: str) -> None:
        """Remove an object; one that is gone already is no failure."""
        with _one_sentence(self._key(name), "removed"):
            if self._files.get_file_info(self._key(name)).is_file:
                self._files.delete_file(self._key(name))

    def _key(self, name: str) -> str:
        return f"{self.path}/{name}".rstrip("/")

    @property
    def _files(self) -> Any:
        return _filesystem(self.path.partition("/")[0], self.endpoint)


@lru_cache(maxsize=16)
def _block(bucket: Bucket, name: str, number: int) -> bytes:
    """Return one block of an object that is never replaced; the pages of a batch lie side by side."""
    key = bucket._key(name)  # noqa: SLF001 - a method's cache would keep the bucket alive
    with _one_sentence(key, "read"), bucket._files.open_input_file(key) as file:  # noqa: SLF001
        return bytes(file.read_at(BLOCK, number * BLOCK)) if number * BLOCK < file.size() else b""


@cache
def _filesystem(bucket: str, endpoint: str | None) -> Any:
    """Return pyarrow's file system for a bucket. `endpoint` None means `AWS_ENDPOINT_URL`, else Amazon."""
    from pyarrow.fs import S3FileSystem, resolve_s3_region  # noqa: PLC0415

    place = endpoint or os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if place is None:
        with _one_sentence(bucket, "found"):
            return S3FileSystem(region=region or resolve_s3_region(bucket), allow_delayed_open=True)
    scheme, found, host = place.rstrip("/").partition("://")
    if not found or scheme not in ("http", "https") or not host:
        raise ConfigError(
            f"endpoint: {place!r} is no address; write it as https://oss.example.com, or https://{{bucket}}.example.com"
        )
    in_front = host.startswith("{bucket}.")
    return S3FileSystem(
        region=region or "us-east-1",
        scheme=scheme,
        endpoint_override=host.removeprefix("{bucket}."),
        force_virtual_addressing=in_front,
        allow_delayed_open=True,  # a small object is one PUT
    )


@contextmanager
def _one_sentence(place: str, done: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        said = re.search(r"AWS Error (\w+)(?: \(HTTP status \d+\))?[^:]*: (.*?)(?: \(Request ID|$)", str(error))
        cause = f"{said[1].lower().replace('_', ' ')}: {said[2]}" if said else str(error).splitlines()[0]
        raise StoreError(f"s3://{place}: cannot be {done}: {cause}") from error
