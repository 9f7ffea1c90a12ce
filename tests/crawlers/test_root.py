import os
import pickle
from pathlib import Path

import pytest

from crawlers.errors import ConfigError
from crawlers.root import Root, root_of


@pytest.mark.parametrize("place", ["s3://news/a/b", "s3://news/a/b/", Path("s3://news/a/b")])
def test_a_bucket_has_a_work_folder_of_its_own(place, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    root = root_of(place, "https://oss.example.com")
    assert (str(root), root.bucket.path, root.bucket.endpoint) == ("s3://news/a/b", "news/a/b", "https://oss.example.com")
    assert root.folder == tmp_path / "caixun" / "news" / "a" / "b"
    assert root_of(place, work=tmp_path / "work") / "logs" == tmp_path / "work" / "logs"
    assert pickle.loads(pickle.dumps(root)) == root
    assert root_of(root) is root
    with pytest.raises(TypeError, match="s3://news/a/b is no folder"):
        os.fspath(root)


def test_any_other_place_is_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    root = root_of("data")
    assert (root, os.fspath(root), str(root)) == (Root(tmp_path / "data"), str(tmp_path / "data"), str(tmp_path / "data"))
    assert not root.exists()
    (root / "records").mkdir(parents=True)
    assert root.exists()


@pytest.mark.parametrize("place", ["gs://news/a", "s3://", "s3:///", "https://example.com/a"])
def test_places_that_are_no_data_root(place):
    with pytest.raises(ConfigError, match="a data root is a folder, or s3://bucket/prefix"):
        root_of(place)
