"""Stories in the ledger: the same in whatever order articles come, go and change."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from crawlers.clock import now
from crawlers.joining import Member
from crawlers.ledger import Ledger
from crawlers.page import article_id

DAY = date(2026, 11, 18)


class Neighbours:
    """A likeness that is easy to see: a sketch is one number, and numbers next to one another are reprints."""

    def keys(self, sketch: bytes) -> list[int]:
        return [sketch[0] - 1, sketch[0], sketch[0] + 1]

    def reprints(self, sketch: bytes, others: list[bytes]) -> list[bool]:
        return [abs(sketch[0] - other[0]) <= 1 for other in others]


def member(number: int, text: int, hour: int = 0, period: int = 100, sketch: bytes | None = None) -> Member:
    at = datetime(2026, 11, 18, tzinfo=UTC) + timedelta(hours=hour)
    drawn = bytes([text]) if sketch is None else sketch
    return Member(article_id(f"http://e.cn/{number}"), "a", DAY, at, period, f"{text:032x}", drawn)


@pytest.fixture
def ledger(tmp_path: Path):
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    yield ledger
    ledger.close()


def joined(ledger: Ledger, *members: Member, gone: tuple[Member, ...] = ()) -> None:
    ledger.leave_stories("a", [one.article_id for one in gone], Neighbours())
    ledger.join(members, Neighbours())


def groups(ledger: Ledger, members: list[Member]) -> dict[int, int]:
    """Return the place of each member's story among `members`."""
    places = {one.article_id: place for place, one in enumerate(members)}
    return {places[name]: places[story] for name, story in ledger.stories_of(list(places)).items()}


def test_a_story_bears_the_name_of_its_first_article(ledger):
    late, early, other = member(1, 10, hour=9), member(2, 10, hour=8), member(3, 50)
    assert ledger.join([late, other], Neighbours()) == {one.article_id: one.article_id for one in (late, other)}
    assert ledger.join([early], Neighbours()) == {early.article_id: early.article_id}
    assert groups(ledger, [late, early, other]) == {0: 1, 1: 1, 2: 2}
    assert ledger.members_of(early.article_id) == [early.article_id, late.article_id]


def test_a_text_that_lies_between_two_stories_makes_them_one_and_its_end_parts_them(ledger):
    left, right, between = member(1, 10, hour=1), member(2, 12, hour=2), member(3, 11, hour=3)
    joined(ledger, left, right)
    assert groups(ledger, [left, right, between]) == {0: 0, 1: 1}
    joined(ledger, between)
    assert groups(ledger, [left, right, between]) == {0: 0, 1: 0, 2: 0}
    joined(ledger, gone=(between,))
    assert groups(ledger, [left, right, between]) == {0: 0, 1: 1}
    joined(ledger, between)
    joined(ledger, replace(between, text=f"{99:032x}", sketch=bytes([99])))
    assert groups(ledger, [left, right, between]) == {0: 0, 1: 1, 2: 2}


def test_texts_further_apart_than_adjacent_periods_are_not_compared(ledger):
    members = [member(1, 10, 1, 100), member(2, 10, 2, 101), member(3, 11, 3, 102), member(4, 10, 4, 104)]
    joined(ledger, members[0], members[2], members[3])
    assert groups(ledger, members) == {0: 0, 2: 2, 3: 3}
    joined(ledger, members[1])
    assert groups(ledger, members) == {0: 0, 1: 0, 2: 0, 3: 3}


def test_texts_without_a_sketch_are_one_story_when_they_are_equal(ledger):
    members = [member(1, 10, sketch=b""), member(2, 10, 1, 101, b""), member(3, 11, 2, 100, b"")]
    joined(ledger, *members)
    assert groups(ledger, members) == {0: 0, 1: 0, 2: 2}


def test_the_order_does_not_matter(tmp_path):
    chance = random.Random(7)
    members = [member(number, chance.randrange(60), chance.randrange(99), chance.randrange(100, 104)) for number in range(60)]
    gone = tuple(chance.sample(members, 15))
    told = []
    for turn in range(3):
        order, at_once = chance.sample(members, len(members)), (2, 13, 60)[turn]
        ledger = Ledger(f"sqlite:///{tmp_path / f'{turn}.sqlite'}")
        for start in range(0, len(order), at_once):
            joined(ledger, *order[start : start + at_once])
        joined(ledger, gone=gone)
        told.append(groups(ledger, members))
        ledger.close()
    assert len(told[0]) == 45
    assert 5 < len(set(told[0].values())) < 35
    assert told[1:] == told[:1] * 2


def test_records_whose_story_has_changed_are_moved_until_their_file_says_so(ledger):
    late, early, earliest = member(1, 10, hour=9), member(2, 11, hour=8), member(3, 10, hour=7)
    joined(ledger, late)
    ledger.retold({late.article_id: late.article_id})
    assert ledger.moved_stories() == []
    joined(ledger, early)
    (place,) = ledger.moved_stories()
    assert (place.source, place.day) == ("a", DAY)
    assert place.stories == {one.article_id: early.article_id for one in (early, late)}
    joined(ledger, earliest)
    ledger.retold(place.stories)  # too late: it has changed again
    assert ledger.moved_stories()[0].stories == {one.article_id: earliest.article_id for one in (early, late, earliest)}
    ledger.retold(ledger.moved_stories()[0].stories)
    joined(ledger, late, early, earliest)
    assert ledger.moved_stories() == []


def test_what_was_given_up_is_called_back(ledger):
    one, other = member(1, 10, hour=1), member(2, 11, hour=2)
    assert ledger.unready_periods([99, 100]) == [99, 100]
    ledger.note_ready(100)
    joined(ledger, one)
    ledger.give_up_sketches(now() - timedelta(days=1))
    assert ledger.unready_periods([100]) == []
    ledger.give_up_sketches(now() + timedelta(days=1))
    assert ledger.unready_periods([100]) == [100]
    assert groups(ledger, [one, other]) == {0: 0}
    ledger.recall_sketches([one], Neighbours())
    joined(ledger, other)
    assert groups(ledger, [one, other]) == {0: 0, 1: 0}
