"""What tells on of an event: the sentences right behind it that report the same and leave to it whom they are about.

Who bought back shares and how many stands in one sentence, how many there are by now in the next, which names nobody. Both are
one event. What begins with another company, person, place or year is another event, even of the same kind: a sentence goes on
only where its beginning shows that it does.
"""

import re
from bisect import bisect_left
from collections.abc import Collection, Sequence

from transforms.prose import Sentence

_LONGEST = 200  # characters of an event of several sentences
_SUBJECT = 3  # characters: two are the same in 上海机场 and 上海建工
# What stands before whom or what a sentence is about: when it was, and where that is known from.
_BEFORE = re.compile(
    r"(?:[（(](?![一二三四五六七八九十\d]{1,3}[）)])[^）)]{0,40}[）)]|[\s，,：:、]|截[至止]|自|于|至今(?:为止)?|至|目前|近日|日前|此前|随后|同一?[日年月期]|当[日天年月期]|"
    r"[今本去上]年(?:度内?|内)?|报告期[内末]?|期[内末]|公告(?:披露)?日|\d{4}年度?|\d{1,2}月份?|\d{1,2}日|晚间?|起|前三季度|[上下]半年|第?[一二三四]季度|"
    r"(?:根?据|从|对于)[^，,。]{0,16}(?<!公告)[，,]|(?:对此|值得[^，,。]{1,4}|文中|同时)[，,])*"
)
_YEAR = re.compile(r"\d{4}年|[去上]年")
_UNTIL = re.compile("截[至止]")  # such a day sums up what was before
# What has its subject from the sentence before.
_REFERS = re.compile(
    "本(?:[次轮期案季年行]|公司|集团|报告期|交易)|其(?![他余实])|此(?!外)|[该这]|上述|前述|公司(?!债)|双方|[他她]|由于|因(?!赛)|综上|占|累计|合计|预计|(?:基本)?每股|归属|归母"
)
# What quotes the paper that the sentence before has told of.
_QUOTES = re.compile(
    r"(?:根据|据)?(?:该|上述|其|本次)?(?P<paper>公告|通知|协议|预案|方案|财报|年报|半年报|业绩预告|报告|公示|通告|决定书)"
    r"(?:[^，。]{0,4}(?:显示|称|指出|明确|约定|披露|要求|提出|规定)|，)"
)
_REPORT = re.compile("[财年季]报|报告|业绩预告")
_ANNOUNCED = re.compile("公告|公布|发布|披露")


class Telling:
    """Tells which sentences of a body belong to one event."""

    def __init__(self, body: str, triggers: Sequence[tuple[int, str]], names: Collection[str]) -> None:
        """Take what triggers tell, each with its place and kind in their order, and the names that the article has."""
        self._body = body
        self._places = [place for place, _ in triggers]
        self._kinds = [kind for _, kind in triggers]
        self._names = names

    def kinds(self, start: int, end: int) -> list[str]:
        """Return the kinds of events that a span of the body reports, one for each trigger in it."""
        return self._kinds[bisect_left(self._places, start) : bisect_left(self._places, end)]

    def together(self, chosen: Sequence[Sentence]) -> list[list[Sentence]]:
        """Return sentences, given in their order, by event: what tells on of the event right before it belongs to that."""
        events: list[list[Sentence]] = []
        for one in chosen:
            if events and self._follows(events[-1], one) and self._goes_on(events[-1], one):
                events[-1].append(one)
            else:
                events.append([one])
        return events

    def _follows(self, event: Sequence[Sentence], one: Sentence) -> bool:
        """Whether a sentence stands right behind an event, and is not too much for it."""
        fits = one.end - event[0].start <= _LONGEST
        return fits and event[-1].closed and not self._body[event[-1].end : one.start].strip()

    def _goes_on(self, event: Sequence[Sentence], one: Sentence) -> bool:
        """Whether a sentence quotes the paper that an event told of, or reports of its kind and begins with what it has named."""
        body, told = self._body, self._body[event[0].start : event[-1].end]
        if (quotes := _QUOTES.match(body, one.start, one.end)) and _tells_of(told, quotes["paper"]):
            return True
        kinds = set(self.kinds(event[0].start, event[-1].end))
        before = _BEFORE.match(body, one.start, one.end)
        place = before.end() if before else one.start
        years = set() if _UNTIL.match(body, one.start) else set(_YEAR.findall(body, one.start, place))
        if kinds.isdisjoint(self.kinds(one.start, one.end)) or (years and years.isdisjoint(_YEAR.findall(told))):
            return False
        name = max(
            (name for name in self._names if body.startswith(name, place)), key=len, default=body[place : place + _SUBJECT]
        )
        return bool(_REFERS.match(body, place)) or name in told or not kinds.isdisjoint(self.kinds(place, place + 1))


def _tells_of(told: str, paper: str) -> bool:
    """Whether a text tells of a paper; reports have many names, and what is announced is an announcement."""
    if _REPORT.search(paper):
        return bool(_REPORT.search(told))
    return paper in told or (paper == "公告" and bool(_ANNOUNCED.search(told)))
