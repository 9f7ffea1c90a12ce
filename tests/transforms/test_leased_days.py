"""Days whose lock is a lease that other machines see."""

import time
from contextlib import closing

import pytest

from crawlers import leases
from crawlers.errors import BusyError
from crawlers.leases import Leases
from crawlers.root import Root
from tests.transforms.rows import DAY, record
from transforms import dataset
from transforms.arrow import to_table
from transforms.record import Record

pytestmark = pytest.mark.postgres


def test_who_was_away_for_longer_than_its_lease_changes_no_day(cluster, tmp_path, monkeypatch):
    with closing(Leases(cluster.database())) as shared:
        records = dataset.records(Root(tmp_path, shared=shared))
        assert records.apply(DAY, "paper", [record(1)])
        newer = to_table([record(1, title="新标题")], Record)
        with monkeypatch.context() as short:
            short.setattr(leases, "LASTING", 3.0)
            short.setattr(leases, "_RENEWAL", 0.5)
            with records.lock(DAY), shared._mutex:  # nothing is renewed, as if the machine had slept
                time.sleep(3.5)
                with pytest.raises(BusyError, match=r"the lease records-.* was not renewed in time"):
                    records.put(DAY, "paper", newer, records.files(DAY))
        assert [row.title for row in records.rows(DAY, "paper")] == ["标题1"]
        assert records.apply(DAY, "paper", [record(1, title="新标题")])
