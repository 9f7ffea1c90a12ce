"""`caixun sources`: how sources stand, a live look at one, the first YAML of a new one."""

import json
import os
import subprocess
import sys
from datetime import date

import pytest
from filelock import FileLock

from crawlers.clock import now
from crawlers.errors import CaixunError
from crawlers.page import Page
from crawlers.source import load_source
from flows.settings import SHIPPED_CONFIG
from flows.sources import fetched_list, listed_links, new_source
from tests.conftest import caixun, in_project
from tests.loopback import SOURCE, article, collected, links, loopback, make_project

D18 = date(2026, 11, 18)
CAPTCHA = (302, b"", {"Location": "https://wappass.baidu.com/static/captcha/tuxing.html"})


@pytest.fixture
def site():
    with loopback() as running:
        yield running


def test_a_list_tells_how_the_sources_stand(site, tmp_path):
    site.pages |= {"/paper/18": links("/a/1", "/a/2"), "/a/1": article(1), "/a/2": article(2)}
    refused = 'disabled: "robots.txt forbids all agents (seen in 2026)"\n'
    ignoring = SOURCE + 'robots: "ignore: we may"\n'
    project = make_project(tmp_path, site, paper=SOURCE, search=SOURCE + refused, wire=ignoring)
    before = json.loads(caixun("sources", "list", "--json", *in_project(project)).stdout)
    assert [(row["state"], row["last_good"]) for row in before] == [("enabled", None), ("disabled", None), ("enabled", None)]
    assert not project.data.exists()
    collected(project, {"paper": [D18]})
    rows = {row["name"]: row for row in json.loads(caixun("sources", "list", "--json", *in_project(project)).stdout)}
    assert (rows["paper"]["last_good"], rows["paper"]["records"]) == ("2026-11-18", 2)
    assert [rows[name]["robots"] for name in ("paper", "search", "wire")] == ["obey", "obey (refused)", "ignore: we may"]
    project.ledger.rest(project.sources["paper"].site, "refused")
    shown = caixun("sources", "list", *in_project(project), COLUMNS="200").stdout
    assert "blocked" in shown
    assert "search is disabled: robots.txt forbids all agents" in shown


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_without_a_command_the_sources_are_listed(options, site, tmp_path):
    project = make_project(tmp_path, site, paper=SOURCE)
    run = caixun("sources", *options, *in_project(project))
    assert (run.returncode, run.stderr, "paper" in run.stdout) == (0, "", True)
    assert run.stdout == caixun("sources", "list", *options, *in_project(project)).stdout


def test_a_list_shows_titles_and_reasons_as_they_are_written(site, tmp_path):
    titled = SOURCE.replace("title: x", "title: '财经[/live]'") + 'robots: "ignore: [red] we may"\n'
    project = make_project(tmp_path, site, paper=titled)
    shown = caixun("sources", "list", *in_project(project), COLUMNS="200")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "财经[/live]" in shown.stdout
    assert "ignore: [red] we may" in shown.stdout


def test_a_live_check_asks_for_one_list_and_leaves_the_data_alone(site, tmp_path):
    site.pages |= {"/paper/18": links("/a/1", "/b/2"), "/wire/18": CAPTCHA, "/wire/19": (500, b"")}
    another = "  - {{kind: listing, url: 'http://127.0.0.1:{port}/other', links: a}}\nallow"
    project = make_project(tmp_path, site, paper=SOURCE, wire=SOURCE.replace("allow", another), shut=SOURCE)
    checked = caixun("sources", "check", "paper", "--date", "2026-11-18", *in_project(project))
    assert [json.loads(line)["url"] for line in checked.stdout.splitlines()] == [f"http://127.0.0.1:{site.port}/a/1"]
    assert (checked.returncode, "1 more links do not fit allow" in checked.stderr) == (0, True)
    assert site.asked == ["/robots.txt", "/paper/18"]
    assert not project.data.exists()
    wall = caixun("sources", "check", "wire", "--date", "2026-11-18", *in_project(project))
    assert (wall.returncode, wall.stdout) == (1, "")
    assert "caixun: blocked: " in wall.stderr
    assert "sent to the captcha at wappass.baidu.com" in wall.stderr
    failed = caixun("sources", "check", "wire", "--date", "2026-11-19", *in_project(project))
    assert (failed.returncode, "HTTP 500" in failed.stderr) == (1, True)
    site.pages["/robots.txt"] = (200, b"User-agent: *\nDisallow: /shut/")
    project.ledger.rest("elsewhere.example", "refused")  # makes the data root
    shut = caixun("sources", "check", "shut", "--date", "2026-11-18", *in_project(project))
    assert (shut.returncode, "robots.txt forbids it" in shut.stderr) == (1, True)
    assert project.ledger.robots_verdicts() == {"shut": "refused"}
    project.ledger.rest(project.sources["paper"].site, "refused")
    asked = len(site.asked)
    rests = caixun("sources", "check", "paper", *in_project(project))
    assert (rests.returncode, "blocked: refused; since" in rests.stderr, len(site.asked)) == (1, True, asked)


def test_an_error_page_is_no_list(site, tmp_path):
    project = make_project(tmp_path, site, paper=SOURCE)
    url = f"http://127.0.0.1:{site.port}/paper/18"
    page = Page(url, url, 404, (), b"<h1>gone</h1>", now(), "paper", "seed")
    for refused in (
        lambda: listed_links(project.sources["paper"], page, 1, page.url),
        lambda: new_source(project, "found", page, page.url),
    ):
        with pytest.raises(CaixunError, match="/paper/18: the site answers HTTP 404; there is no list at this address"):
            refused()


@pytest.mark.parametrize(
    ("saved", "said"),
    [
        ("<title>Just a moment...</title><script>window._cf_chl_opt={}</script>", "a page titled Just a moment..."),
        ("<title>样报网</title><p>系统繁忙，请稍后再试</p>", "a page that says 系统繁忙，请稍后再试"),
    ],
)
def test_a_saved_wall_is_told_to_be_one_and_no_article(site, tmp_path, saved, said):
    (tmp_path / "saved.html").write_text(saved, encoding="utf-8")
    project = make_project(tmp_path, site, paper=SOURCE)
    checked = caixun("sources", "check", "paper", "--page", tmp_path / "saved.html", *in_project(project))
    assert (checked.returncode, checked.stdout, checked.stderr) == (1, "", f"caixun: blocked: {said}\n")
    extracted = caixun("extract", tmp_path / "saved.html")
    assert json.loads(extracted.stdout)["reject"] == "blocked"


def test_a_live_check_says_for_whom_it_waits(site, tmp_path):
    site.pages["/paper/18"] = links("/a/1")
    project = make_project(tmp_path, site, paper=SOURCE)
    project.ledger.rest("elsewhere.example", "refused")  # makes the data root
    heard = []

    def tell(text):
        heard.append(text)
        assert site.asked == []
        lock.release()

    with FileLock(project.data / "locks" / f"site-127.0.0.1_{site.port}.lock") as lock:
        page = fetched_list(project, project.config / "sources", project.sources["paper"], 1, D18, tell)
    assert heard == [f"another process is loading 127.0.0.1:{site.port}; waiting until it has ended"]
    assert page.body == links("/a/1")[1]


def test_times_of_a_saved_dated_list_are_read_as_of_its_day(site, tmp_path):
    rows = "".join(f'<li><a href="/a/{number}">标题</a><i>{printed}</i></li>' for number, printed in ((1, "12-31"), (2, "11-18")))
    (tmp_path / "list.html").write_text(rows, encoding="utf-8")
    os.utime(tmp_path / "list.html", (1_795_000_000, 1_795_000_000))  # saved in November 2026
    item = SOURCE.replace("links: a}}", "links: li, item: {{url: a, title: a, time: i}}}}")
    project = make_project(tmp_path, site, paper=item)
    checked = caixun("sources", "check", "paper", "--page", tmp_path / "list.html", "--date", "2024-12-31", *in_project(project))
    times = [json.loads(line)["time"][:10] for line in checked.stdout.splitlines()]
    assert times == ["2024-12-31", "2024-11-18"]


def test_a_new_source_is_guessed_loads_and_is_never_overwritten(site, tmp_path):
    rows = "".join(f'<li><a href="/a/{number}.htm">第{number}家公司拟投资建设智能温室</a></li>' for number in range(9))
    site.pages["/list/2026-11-18/"] = (200, f"<ul class=news>{rows}</ul>".encode())
    project = make_project(tmp_path, site, paper=SOURCE)
    url = f"http://127.0.0.1:{site.port}/list/2026-11-18/"
    made = caixun("sources", "new", "found", "--url", url, *in_project(project))
    path = project.config / "sources" / "found.yml"
    assert (made.returncode, made.stdout) == (0, path.read_text(encoding="utf-8"))
    source = load_source(path)
    assert (source.seeds[0].dated, source.private, source.robots) == (True, True, "obey")
    checked = caixun("sources", "check", "found", "--date", "2026-11-18", *in_project(project))
    assert len(checked.stdout.splitlines()) == 9
    again = caixun("sources", "new", "found", "--url", url, *in_project(project))
    assert (again.returncode, "there is such a source" in again.stderr) == (2, True)
    (tmp_path / "saved.html").write_text(f"<ul class=news>{rows}</ul>", encoding="utf-8")
    saved = ["--url", "https://www.example.cn/list/", "--page", tmp_path / "saved.html"]
    assert caixun("sources", "new", "other", *saved, *in_project(project)).returncode == 0
    assert not load_source(project.config / "sources" / "other.yml").private
    empty, other = tmp_path / "empty.html", project.config / "sources" / "other.yml"
    empty.touch()
    checked = caixun("sources", "check", "found", "--page", empty, *in_project(project))
    assert (checked.returncode, checked.stderr) == (2, f"caixun: {empty}: is empty; save there what the list answers\n")
    for name, options, complaint in (
        ("Bad-Name", saved, "'Bad-Name': a source's name is 2 to 40 small letters"),
        ("sub/found", saved, "'sub/found': a source's name is 2 to 40 small letters"),
        ("../evil", saved, "'../evil': a source's name is 2 to 40 small letters"),
        ("imported", saved, "'imported': the name imported is kept"),
        ("odd", ["--url", "e.cn/list", *saved[2:]], "caixun: --url: 'e.cn/list' is not an http(s) URL\n"),
        ("odd", ["--url", "http://e.cn/\x01", *saved[2:]], "caixun: odd would be no source: not valid YAML"),
        ("odd", [*saved[:2], "--page", tmp_path / "none.html"], "cannot be read"),
        ("odd", [*saved[:2], "--page", empty], f"caixun: {empty}: is empty; save there what the list answers\n"),
        ("odd", [*saved[:2], "--page", other], f"caixun: {other}: nothing there looks like a list of articles\n"),
    ):
        wrong = caixun("sources", "new", name, *options, *in_project(project))
        assert (wrong.returncode, complaint in wrong.stderr, "Traceback" in wrong.stderr) == (2, True, False)
    assert {path.name for path in project.config.rglob("*")} == {"sources", "paper.yml", "found.yml", "other.yml"}
    site.pages["/wall"] = CAPTCHA
    wall = caixun("sources", "new", "wall", "--url", f"http://127.0.0.1:{site.port}/wall", *in_project(project))
    assert (wall.returncode, "caixun: blocked: " in wall.stderr) == (1, True)


def test_a_new_source_is_never_written_into_the_package(tmp_path):
    rows = "".join(f'<li><a href="/a/{number}.htm">第{number}家公司拟投资建设智能温室</a></li>' for number in range(9))
    (tmp_path / "saved.html").write_text(f"<ul class=news>{rows}</ul>", encoding="utf-8")
    shipped = sorted((SHIPPED_CONFIG / "sources").iterdir())
    options = ["--url", "https://www.example.cn/list/", "--page", "saved.html"]
    made = caixun("sources", "new", "found", *options, cwd=tmp_path)
    own = tmp_path / "config"
    assert (made.returncode, load_source(own / "sources" / "found.yml").name) == (0, "found")
    told = f"{own} is the configuration here from now on, with this source alone; copy those that you want from {SHIPPED_CONFIG}"
    assert told in made.stderr
    assert sorted((SHIPPED_CONFIG / "sources").iterdir()) == shipped
    more = caixun("sources", "new", "other", *options, cwd=tmp_path)
    assert (more.returncode, (own / "sources" / "other.yml").exists(), "from now on" in more.stderr) == (0, True, False)


def test_a_list_in_json_is_fetched_and_guessed_and_for_a_source_of_html_it_names_nothing(site, tmp_path):
    rows = [{"url": f"/a/{number}.htm", "title": f"第{number}家公司拟投资建设智能温室"} for number in range(9)]
    said = json.dumps({"code": 0, "data": {"list": rows}}, ensure_ascii=False).encode()
    site.pages["/list/2026-11-18/"] = (200, said, {"Content-Type": "application/json; charset=utf-8"})
    project = make_project(tmp_path, site, paper=SOURCE)
    url = f"http://127.0.0.1:{site.port}/list/2026-11-18/"
    made = caixun("sources", "new", "found", "--url", url, *in_project(project))
    assert made.returncode == 0
    (seed,) = load_source(project.config / "sources" / "found.yml").seeds
    assert (seed.kind, seed.links) == ("api", "data.list")
    (tmp_path / "saved.json").write_bytes(said)
    checked = caixun("sources", "check", "paper", "--page", tmp_path / "saved.json", *in_project(project))
    assert (checked.stdout, "Traceback" in checked.stderr) == ("", False)


def test_a_source_that_a_full_disk_cuts_off_is_not_left_there(tmp_path):
    write = (
        "import resource, signal; from pathlib import Path; from flows.sources import write_source;"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64));"
        f"write_source(Path({str(tmp_path)!r}), 'fresh', 'title: 样报 ' + '#' * 10_000)"
    )
    done = subprocess.run([sys.executable, "-c", write], capture_output=True, text=True, check=False)
    assert "fresh.yml: cannot be written: File too large" in done.stderr
    assert list(tmp_path.iterdir()) == []
