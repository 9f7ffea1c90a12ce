from tests.transforms.rows import DAY, record
from transforms import dataset
from transforms.compact import compact
from transforms.retell import retell


def stories(records) -> dict[str, str]:
    return {row.article_id: row.story_id for row in records.select(DAY, DAY)}


def test_records_bear_other_stories_from_then_on_also_in_a_compacted_day(tmp_path):
    records = dataset.records(tmp_path)
    one, two, three = record(1), record(2), record(3, source="wire")
    records.apply(DAY, "paper", [one, two])
    records.apply(DAY, "wire", [three])
    moved = {two.article_id: one.article_id, "f" * 32: one.article_id}
    assert retell(records, DAY, "paper", moved) == {two.article_id: one.article_id}
    expected = {one.article_id: one.story_id, two.article_id: one.article_id, three.article_id: three.story_id}
    assert stories(records) == expected

    compact(records, DAY)
    (before,) = records.files(DAY)
    assert retell(records, DAY, "paper", moved) == {two.article_id: one.article_id}
    assert records.files(DAY) == [before]
    assert retell(records, DAY, "wire", {three.article_id: two.article_id}) == {three.article_id: two.article_id}
    assert stories(records) == expected | {three.article_id: two.article_id}
    assert [path.stem.rpartition("-")[0] for path in records.files(DAY)] == ["all-sources"]


def test_a_day_without_records_has_nobody_to_tell(tmp_path):
    assert retell(dataset.records(tmp_path), DAY, "paper", {"f" * 32: "e" * 32}) == {}
