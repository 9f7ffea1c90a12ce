from datetime import date
from pathlib import Path

import pytest
from scrapy import Request

from crawlers.errors import ConfigError
from crawlers.manners import site as site_of_request
from crawlers.source import load_source, load_sources
from flows.settings import SHIPPED_CONFIG

GOOD = """\
title: 样报
home: http://paper.example.com/
seeds:
  - kind: listing
    url: http://paper.example.com/{day:%Y-%m}/{day:%d}/node_2.htm
    links: ul a
allow: ['content_\\d+']
delay: 1
empty_days: [weekend]
"""


def load(tmp_path: Path, text: str):
    path = tmp_path / "paper.yml"
    path.write_text(text, encoding="utf-8")
    return load_source(path)


def test_a_source_is_named_after_its_file(tmp_path):
    source = load(tmp_path, GOOD)
    assert (source.name, source.site, source.robots) == ("paper", "example.com", "obey")
    assert source.seeds[0].dated
    assert source.seeds[0].expand(date(2026, 1, 2), 1, "", 0, 0) == "http://paper.example.com/2026-01/02/node_2.htm"
    assert source.may_be_empty(date(2026, 11, 21))
    assert not source.may_be_empty(date(2026, 11, 20))


def test_the_site_of_a_source_is_written_as_its_requests_are(tmp_path):
    home = "http://paper.example.com/"
    for host, site in (
        ("www.新闻.中国", "xn--efvy88h.xn--fiqs8s"),
        ("www.xn--efvy88h.cn", "xn--efvy88h.cn"),
        ("127.0.0.1:80", None),
    ):
        source = load(tmp_path, GOOD.replace(home, f"http://{host}/"))
        assert source.site == site_of_request(Request(f"http://{host}/a/1")) == (site or host)


def test_a_paper_of_the_exchange_may_have_no_issue_on_public_holidays(tmp_path):
    source = load(tmp_path, GOOD.replace("[weekend]", "[holidays]"))
    assert source.may_be_empty(date(2026, 2, 17))  # the first day of the year 丙午, a Tuesday
    assert source.may_be_empty(date(2025, 10, 8))
    assert not source.may_be_empty(date(2026, 2, 14))  # a Saturday on which China works for it
    assert not source.may_be_empty(date(2026, 11, 21))  # an ordinary Saturday
    assert source.may_be_empty(date(2090, 10, 3))  # fixed by law, though the year is not announced yet
    assert not source.may_be_empty(date(2090, 10, 4))  # nor is it known which days are added to it


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("delay: 1", "dely: 1", "paper.yml:8: dely: no such key; the known ones are title, "),
        ("    links: ul a", "    link: ul a", "paper.yml:6: seeds.0.link: no such key"),
        ("title: 样报\n", "", "paper.yml:1: title: this key is missing"),
        ("title: 样报", "title: 000001", "paper.yml:1: title: text is expected here; put it in quotes"),
        ("delay: 1", "title: 样报", "paper.yml:8: title stands here a second time"),
        ("content_", "(content_", "paper.yml:7: allow.0: '(content_\\\\d+' is not a regular expression"),
        ("ul a", "ul..a", "paper.yml:4: seeds.0: 'ul..a' is not a CSS selector"),
        ("{day:%d}", "{month}", "paper.yml:4: seeds.0: url is no usable template"),
        ("{day:%d}", "{page}", "paper.yml:4: seeds.0: {page}, {cursor} or parts needs pages: {max: …}"),
        ("    links: ul a\n", "", "paper.yml:4: seeds.0: a seed of kind listing needs links"),
        ("kind: listing", "kind: list", "paper.yml:4: seeds.0.kind: Input should be 'listing'"),
        ("delay: 1", "delay: -1", "paper.yml:8: delay: Input should be greater than or equal to 0"),
        ("delay: 1", "robots: ignore", "paper.yml:8: robots: write obey, or"),
        ("delay: 1", "robots: ignore: no colon here", "paper.yml:8: not valid YAML"),
        ("delay: 1", "timezone: Asia/Peking", "paper.yml:8: timezone: 'Asia/Peking' is not a time zone"),
        ("delay: 1", "keywords: [人工智能]", "{keyword} in a seed's url and the key keywords belong together"),
        (
            "http://paper.example.com/\n",
            "paper.example.com\n",
            "paper.yml:2: home: 'paper.example.com' is not an http(s) URL",
        ),
        (
            "    links: ul a",
            "    links: ul a\n    headers: {Cookie: x}",
            "paper.yml:7: seeds.0.headers.Cookie.[key]: only Accept, Origin",
        ),
        ("    links: ul a", "    links: ul a\n    parts: a.page", "{page}, {cursor} or parts needs pages: {max: …}"),
        (
            "    links: ul a",
            "    links: ul a\n    parts: a..page\n    pages: {max: 2}",
            "paper.yml:7: seeds.0.parts: 'a..page' is not a CSS",
        ),
        ("    links: ul a", "    links: ul a\n    pages: {max: 2}", "{page} in url and the key pages belong together"),
        ("    links: ul a", "    links: ul a\n    cursor: data.next", "{cursor} in url and the key cursor"),
        ("delay: 1", "keywords: 人工智能", "paper.yml:8: keywords: a list is expected here: [a, b]"),
        ("delay: 1", "expect: 20", "paper.yml:8: expect: keys and values are expected here: {key: value}"),
        ("delay: 1", "private: 1", "paper.yml:8: private: true or false is expected here"),
        ("title: 样报", "title:", "paper.yml:1: title: this key has no value"),
        ("delay: 1", "expect: {min: 5, max: 2}", "paper.yml:8: expect: no day has at least 5 and at most 2 records"),
        ("delay: 1", "disabled: ''", "paper.yml:8: disabled: write a sentence saying since when and why, or take the key away"),
        ("delay: 1", "disabled: '  '", "paper.yml:8: disabled: write a sentence saying since when and why, or take the key away"),
        ("delay: 1", "spider: nope", "paper.yml:8: spider: there is no module nope in crawlers/spiders"),
        ("{day:%d}", "{day:%Q}", "paper.yml:4: seeds.0: url is no usable template ('%Q' is no format of a day; %Y-%m-%d is one)"),
        (
            "ul a",
            "a::attr(href)",
            "paper.yml:4: seeds.0: 'a::attr(href)' is not a CSS selector: it names an element, without ::attr",
        ),
        ("ul a", "a:nosuch", "paper.yml:4: seeds.0: 'a:nosuch' is not a CSS selector: The pseudo-class :nosuch is unknown"),
        ("ul a", "a:nth-child(x)", "paper.yml:4: seeds.0: 'a:nth-child(x)' is not a CSS selector"),
        ("ul a", "ns|a", "paper.yml:4: seeds.0: 'ns|a' is not a CSS selector: Undefined namespace prefix"),
        ("delay: 1", "extract: {title: 'a::text'}", "paper.yml:8: extract.title: 'a::text' is not a CSS selector: it names"),
        ("{day:%d}", "{day[0]}", "paper.yml:4: seeds.0: url is no usable template"),
        ("{day:%d}", "{start:>9999999999999}", "url is no usable template ('>9999999999999' is no usable format; 02d is one)"),
        ("{day:%d}", "{start:{start}}", "url is no usable template ('{start}' is no usable format; 02d is one)"),
        ("content_\\d+", "a{99999999999999}", "paper.yml:7: allow.0: 'a{99999999999999}' is not a regular expression"),
        ("content_\\d+", f"{'(' * 5000}{')' * 5000}", "paper.yml:7: allow.0: '(((("),
        ("delay: 1", "keywords: &a [*a]", "paper.yml:8: keywords.0: text is expected here"),
        ("delay: 1", "extract: &a {drop: [*a]}", "paper.yml:8: extract.drop.0: text is expected here"),
        ("delay: 1", f"publisher: {'[' * 5000}{']' * 5000}", "paper.yml: the values are nested too deep"),
        ("delay: 1", f"spider: {'a' * 5000}", "paper.yml:8: spider: there is no module"),
        ("[weekend]", "[sunday]", "paper.yml:9: empty_days.0: Input should be 'weekend' or 'holidays'"),
    ],
)
def test_a_wrong_source_is_refused_with_file_and_line(tmp_path, old, new, complaint):
    with pytest.raises(ConfigError) as refusal:
        load(tmp_path, GOOD.replace(old, new))
    assert complaint in str(refusal.value)


API = """\
title: 样报
home: http://paper.example.com/
seeds:
  - kind: api
    url: http://paper.example.com/roll?c={cursor}
    links: data
    item: {url: 'http://paper.example.com/a/{code}.html', title: title}
    cursor: data.-1.id
    pages: {max: 9}
allow: ['/a/']
"""


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("{code}", "{}", "paper.yml:4: seeds.0: item.url 'http://paper.example.com/a/{}.html' is no usable template"),
        ("{code}", "{code", "seeds.0"),
        ("    cursor: data.-1.id\n", "", "{cursor} in url and the key cursor"),
        ("    pages: {max: 9}\n", "", "{page}, {cursor} or parts needs pages"),
        ("c={cursor}", "c={cursor}&p={page}", "three ways to turn a list's pages; use one"),
    ],
)
def test_a_wrong_api_is_refused(tmp_path, old, new, complaint):
    assert load(tmp_path, API).seeds[0].cursor == "data.-1.id"
    with pytest.raises(ConfigError) as refusal:
        load(tmp_path, API.replace(old, new))
    assert complaint in str(refusal.value)


def test_each_pattern_of_allow_keeps_its_flags_and_groups(tmp_path):
    source = load(tmp_path, GOOD.replace("['content_\\d+']", "['^(x)y', '(?i)/(News)/(\\d)\\2', '(?P<n>z)(?P=n)', '(?P<n>q)']"))
    urls = ("http://e.cn/news/77", "http://e.cn/news/78", "http://e.cn/zz", "http://e.cn/ZZ", "http://e.cn/q")
    assert [bool(source.allowed.search(url)) for url in urls] == [True, False, True, False, True]


def test_the_keyword_of_a_link_is_known(tmp_path):
    text = GOOD.replace("{day:%d}/node_2.htm", "s?w={keyword}").replace("delay: 1", "keywords: [大模型, 模型]")
    source = load(tmp_path, text)
    assert source.keyword_of("http://paper.example.com/s?w=%E6%A8%A1%E5%9E%8B&pn=10") == "模型"
    assert source.keyword_of("http://paper.example.com/s?w=x") is None


@pytest.mark.parametrize("text", ["", "- a list", "text", "a: [", "!!set {title}"])
def test_a_file_that_is_no_source_is_refused(tmp_path, text):
    with pytest.raises(ConfigError, match=r"paper\.yml"):
        load(tmp_path, text)


@pytest.mark.parametrize("name", ["Paper", "a", "新闻", "imported", "1st", "a-b"])
def test_a_name_that_makes_no_path_or_is_taken_is_refused(tmp_path, name):
    path = tmp_path / f"{name}.yml"
    path.write_text(GOOD, encoding="utf-8")
    with pytest.raises(ConfigError, match="name"):
        load_source(path)


def test_a_file_in_another_encoding_or_of_another_ending_is_named(tmp_path):
    (tmp_path / "paper.yml").write_bytes(GOOD.encode("gb18030"))
    with pytest.raises(ConfigError, match=r"paper\.yml: is not UTF-8"):
        load_sources(tmp_path)
    (tmp_path / "paper.yml").rename(tmp_path / "paper.yaml")
    with pytest.raises(ConfigError, match=r"paper\.yaml: a source's file ends in \.yml"):
        load_sources(tmp_path)


@pytest.mark.parametrize("folder", ["sources", "demo/sources"])
def test_the_shipped_sources_load(folder):
    assert load_sources(SHIPPED_CONFIG / folder)
