"""A plan is made from the data alone: how days stand, what no run can list, what the rest will take."""

from datetime import date, timedelta

import pytest

from crawlers.clock import day_of, now
from crawlers.errors import ConfigError
from crawlers.fates import Find, Outcome, Reach, Verdict
from crawlers.page import Position, article_id
from flows.backfill import parts
from flows.cli.durations import duration
from flows.planning import annotation_cost, find_backfill, new_backfill, plan_backfill, plan_of
from flows.settings import open_project
from tests.conftest import caixun, in_project

PAPER = """\
title: x
home: http://paper.cn/
seeds:
  - {kind: listing, url: 'http://paper.cn/{day:%Y%m%d}', links: a}
allow: ['/a/']
delay: 4
expect: {min: 10, max: 40}
"""
WIRE = """\
title: x
home: http://wire.cn/
seeds:
  - {kind: api, url: 'http://wire.cn/roll?page={page}', links: data, item: {url: u}, pages: {max: 7}}
allow: ['/a/']
delay: 2
"""
LLM = """\
annotator: llm
llm: {base_url: 'http://127.0.0.1:9/v1', model: m, key_env: null, price: {input: 2, output: 8, currency: CNY}}
"""


@pytest.fixture(autouse=True)
def _days() -> None:
    """Take today anew for each test: the suite may run across midnight."""
    global TODAY, DAYS  # noqa: PLW0603
    TODAY = day_of(now())
    DAYS = [TODAY - timedelta(days=back) for back in range(9, -1, -1)]


@pytest.fixture
def project(tmp_path):
    folder = tmp_path / "config" / "sources"
    folder.mkdir(parents=True)
    texts = {"paper": PAPER, "wire": WIRE, "edition": PAPER.replace("expect: {min: 10, max: 40}", "disabled: gone")}
    for name, text in texts.items():
        (folder / f"{name}.yml").write_text(text, encoding="utf-8")
    return open_project(tmp_path / "config", tmp_path / "data")


def list_day(project, source: str, day: date, verdict: str, records: int = 0, failed: int = 0, *, built: bool = True) -> None:
    """Note a day as a crawl and a build would, or the crawl alone."""
    project.ledger.begin(source, [day], "c")
    urls = [f"http://{source}.cn/a/{day}-{number}" for number in range(records + failed)]
    finds = [Find(article_id(url), url, url, None, day) for url in urls]
    project.ledger.find(source, finds, {day}, f"http://{source}.cn/{day}", "c")
    for one in finds[:records]:
        project.ledger.archive(source, one.article_id, Position("f.warc.gz", 0), now())
        if built:
            project.ledger.settle(source, [Outcome(one.article_id, "record", day)])
    for one in finds[records:]:
        project.ledger.miss(source, one.article_id, "failed", "http")
    project.ledger.list_day(source, day, Verdict(verdict, "why" if verdict != "whole" else None), "c")


def states(plan, source: str) -> str:
    return "".join(report.status[0] for report in plan.reports if report.source == source)


def test_each_day_is_classified_and_taken_up_as_asked_for(project):
    for day, verdict, records, failed in (
        (DAYS[1], "whole", 10, 0),
        (DAYS[2], "whole", 10, 2),
        (DAYS[3], "blocked", 0, 0),
        (DAYS[4], "partial", 3, 0),
        (DAYS[5], "none", 0, 0),
    ):
        list_day(project, "paper", day, verdict, records, failed)
    days = [*DAYS, TODAY + timedelta(days=1)]
    plan = plan_backfill(project, ["paper", "edition"], days, "failed")
    assert states(plan, "paper") == "mcfbpfmmmmi"  # a day without articles is none where 10 are expected
    assert states(plan, "edition") == "i" * 11
    assert {report.reason for report in plan.reports if report.source == "edition"} == {
        "disabled: gone",
        "the day is yet to come",
    }
    assert plan.todo == {"paper": [DAYS[0], *DAYS[2:]]}
    assert plan_backfill(project, ["paper"], days, "missing").todo == {"paper": [DAYS[0], DAYS[4], *DAYS[6:]]}
    assert plan_backfill(project, ["paper"], days, "all").todo == {"paper": DAYS}


def test_what_a_list_no_longer_shows_is_impossible_until_it_is_read_deeper(project):
    end = Reach("http://wire.cn/roll?page={page}", 7, DAYS[6], ended=True, read_at=now())

    def noted(back: float, day: date, *, ended: bool = True) -> str:
        """Note an end that was seen so many hours ago, and return how the days stand."""
        project.ledger.note_reach("wire", end._replace(day=day, ended=ended, read_at=end.read_at - timedelta(hours=back)))
        return states(plan_backfill(project, ["wire"], DAYS, "failed"), "wire")

    assert noted(30, DAYS[6]) == "m" * 10  # it may have been an outage
    assert noted(29.5, DAYS[8]) == "m" * 10  # and the same one
    assert noted(28, DAYS[6]) == "iiiiiimmmm"
    plan = plan_backfill(project, ["wire"], DAYS, "failed")
    assert plan.reports[0].reason.startswith(f"its list ends at {DAYS[6]} (read ")
    assert plan.todo == {"wire": DAYS[6:]}
    assert plan_backfill(project, ["wire"], DAYS, "all").todo == {"wire": DAYS}  # the list may have grown downwards
    assert noted(20, DAYS[8]) == "iiiiiimmmm"  # the days between one walk has shown
    assert noted(10, DAYS[9]) == "iiiiiiiimm"
    assert noted(9, DAYS[9], ended=False) == "iiiiiiiimm"  # a daily run reads no further than it needs
    assert noted(8, DAYS[2], ended=False) == "m" * 10
    assert noted(7, DAYS[6]) == "m" * 10
    assert noted(5, DAYS[6]) == "iiiiiimmmm"
    assert noted(4, DAYS[3]) == "m" * 10  # it was none
    assert noted(2, DAYS[3]) == "iiimmmmmmm"
    path = project.config / "sources" / "wire.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("max: 7", "max: 70"), encoding="utf-8")
    deeper = open_project(project.config, project.data)
    assert states(plan_backfill(deeper, ["wire"], DAYS, "failed"), "wire") == "m" * 10


def test_requests_and_time_come_from_past_days_else_from_expect_else_are_assumed(project):
    plan = plan_backfill(project, ["paper", "wire"], DAYS, "failed")
    paper, wire = plan.efforts["paper"], plan.efforts["wire"]
    assert (paper.articles, paper.requests, paper.basis) == (200, 210, "expect: 10 to 40")  # 20 a day, and a list
    assert (wire.articles, wire.requests, wire.basis) == (500, 507, "assumed: 50 articles a day")  # 7 pages at most
    assert (paper.seconds, wire.seconds) == pytest.approx((210 * 5, 507 * 2.5))  # a delay with its jitter
    assert plan.seconds == pytest.approx(507 * 2.5)  # side by side
    list_day(project, "paper", DAYS[0], "whole", 12)
    list_day(project, "paper", DAYS[1], "whole", 14, 2)
    plan = plan_backfill(project, ["paper"], DAYS, "failed")
    one = plan.efforts["paper"]
    assert (one.articles, one.requests, one.basis) == (8 * 14 + 2, 8 * 15 + 2, "its last 2 days")
    assert plan.cost is None


def test_what_is_listed_or_fetched_already_is_not_asked_for_again(project):
    list_day(project, "paper", DAYS[0], "whole", 10, built=False)
    list_day(project, "paper", DAYS[1], "whole", 6, 4, built=False)
    list_day(project, "paper", DAYS[2], "partial", 6, 1, built=False)  # ten are found on an ordinary day
    plan = plan_backfill(project, ["paper"], DAYS[:3], "failed")
    assert (plan.todo, plan.articles, plan.requests) == ({"paper": DAYS[:3]}, 4 + 1 + 3, 4 + 1 + 3 + 1)
    assert plan.seconds == pytest.approx(9 * 5)
    again = plan_backfill(project, ["paper"], DAYS[:3], "all")
    assert (again.articles, again.requests) == (8, 8 + 3)


def test_what_is_fetched_already_costs_its_annotation(project):
    (project.config / "settings.yml").write_text(LLM, encoding="utf-8")
    asked = open_project(project.config, project.data)
    list_day(asked, "paper", DAYS[0], "whole", 10, built=False)
    plan = plan_backfill(asked, ["paper"], DAYS[:1], "failed")
    assert (plan.requests, plan.cost) == (0, annotation_cost(asked, 10))


def test_a_source_that_only_owes_annotations_takes_no_requests(project):
    list_day(project, "paper", DAYS[0], "whole", 10)
    project.ledger.owe("paper", [DAYS[0]])
    run = caixun("backfill", DAYS[0], DAYS[0], "--source", "paper", "--dry-run", *in_project(project))
    assert (run.returncode, run.stderr) == (0, "")
    assert "1 of 1 source-days to do, about 0 requests in 0 s" in run.stdout


def test_sources_of_one_site_add_up(project):
    path = project.config / "sources" / "edition.yml"
    path.write_text(PAPER.replace("{day:%Y%m%d}", "e/{day:%Y%m%d}"), encoding="utf-8")
    plan = plan_backfill(project, ["paper", "edition", "wire"], DAYS, "failed")
    assert plan.seconds == pytest.approx(2 * 210 * 5)


def test_a_backfill_is_taken_up_until_it_has_ended_and_lists_no_day_a_second_time(project):
    wanted = new_backfill(DAYS[0], DAYS[2], ["paper"])._replace(again="all")
    for day in DAYS[:3]:
        list_day(project, "paper", day, "whole", 10)
    begun = project.ledger.begin_backfill(wanted._replace(begun_at=now()))
    assert plan_of(project, begun).todo == {"paper": DAYS[2::-1]}  # newest first
    list_day(project, "paper", DAYS[2], "whole", 10)
    again = project.ledger.begin_backfill(new_backfill(DAYS[0], DAYS[2], ["paper"])._replace(again="all"))
    assert again == begun == find_backfill(project, begun.id)
    assert plan_of(project, again._replace(newest_first=False)).todo == {"paper": DAYS[:2]}
    assert plan_of(project, again).requests == 2  # the lists of those
    project.ledger.end_backfill(begun.id)
    assert project.ledger.begin_backfill(new_backfill(DAYS[0], DAYS[2], ["paper"])._replace(again="all")).id != begun.id
    with pytest.raises(ConfigError, match=f"there is no backfill x; the last ones are .*{begun.id}"):
        find_backfill(project, "x")


@pytest.mark.parametrize("again", ["failed", "all"])
def test_a_disabled_source_is_taken_up_only_where_it_is_named(project, again):
    for source in ("paper", "edition"):
        list_day(project, source, DAYS[0], "whole", 10, failed=1)
    wanted = new_backfill(DAYS[0], DAYS[0], [])._replace(again=again)
    plan = plan_of(project, wanted)
    assert plan.todo == dict.fromkeys(("paper", "wire"), DAYS[:1])
    assert {report.source for report in plan.reports} == {"paper", "wire"}
    assert plan_of(project, wanted._replace(sources=("edition",))).todo == {"edition": DAYS[:1]}


def test_a_backfill_of_a_source_that_is_configured_no_more_is_refused_in_one_sentence(project):
    begun = project.ledger.begin_backfill(new_backfill(DAYS[0], DAYS[2], ["paper", "wire"]))
    (project.config / "sources" / "wire.yml").unlink()
    for more in ([], ["--dry-run"]):
        run = caixun("backfill", "--resume", begun.id, *more, *in_project(project))
        sentence = f"caixun: unknown source wire; {project.config / 'sources'} has: edition, paper\n"
        assert (run.returncode, run.stdout, run.stderr) == (2, "", sentence)


def test_a_dated_list_is_fetched_part_by_part_and_another_one_is_read_once(project):
    days = [TODAY - timedelta(days=back) for back in range(25)]
    assert parts(project, "paper", days) == [days[:10], days[10:20], days[20:]]
    assert parts(project, "wire", days) == [days]


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "0 s"), (59.6, "1 min"), (61, "1 min 1 s"), (7200, "2 h"), (3 * 86400 + 7300, "3 d 2 h")]
)
def test_durations_in_words(seconds, words):
    assert duration(seconds) == words
