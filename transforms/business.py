"""Business: where an article states what a company earns its money with."""

import re
from collections.abc import Iterator

from transforms.text import HAN

# 主营业务为文具、跨境电商，占营收比例分别为：53.0%、40.41%
_SHARES = re.compile(r"主营业务(?:为|是)(?P<items>[^，。；\n]{2,160})，占营收比例(?:分别)?为[：:](?P<shares>[-\d.%、]+)")
# 主要从事园林机械的研发、生产和销售
_OBJECT = re.compile(
    r"(?:主要从事于?|专业从事|主营|专注于|专注)(?P<object>[^\W\d_]{2,12}?)"
    r"(?:等|及其)?(?:系列)?(?:产品)?的(?:研发|研制|研究|开发|设计|生产|制造|销售|加工|贸易)"
)
# 所属行业为交运设备, 所属领域企业服务
_CLASS = re.compile(
    rf"所属(?:的?{HAN}{{2,6}})?(?:行业|领域|赛道|板块)(?:分类)?(?:为|是|[：:])?"
    r"(?P<name>[^\W\d_]{2,8}?)(?=[，。；、（(]|行业|领域|本年)"
)
# 集珠宝销售、投资借贷及汽车制造为一体的企业
_UNITED = re.compile(
    r"集(?!团)(?P<objects>(?:(?!集)[^\W\d_]|、){4,40}?)(?:为|于)一体的?[^，。；\n]{0,12}(?:企业|公司|集团|厂商?|商)"
)
_ITEM = re.compile(r"[^、]+")
_PART = re.compile(r"[^、]+?(?=、|及|和|与|$)")
_STEPS = re.compile(
    r"(?:产品|技术|售后|项目|规划|科技|专业|生产|研发|设计)*(?:研发|研究|科研|开发|设计|生产|制造|加工|销售|贸易|服务|售后|安装|施工|投资|建设|运营|管理|培训|咨询)*"
)
_TAIL = re.compile(r"(?:收入|业务|产品|等)$")
_NOTHING = re.compile(r"其他.*|其它.*|.*抵销|.*利息.*|工程|工业|商业|服务|服务业|产品|主营|不适用|.*费|制造业|政府行业")
_MAIN = 25.0  # per cent of the revenue
_MOST = 2


def businesses(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each business that makes a quarter of a company's revenue, two of a company at most."""
    for match in _SHARES.finditer(text):
        items = [(match.start("items") + one.start(), one[0]) for one in _ITEM.finditer(match["items"])]
        shares = re.findall(r"-?[\d.]*\d", match["shares"])
        main = [
            (start, _TAIL.sub("", item)) for (start, item), share in zip(items, shares, strict=False) if float(share) >= _MAIN
        ]
        yield from [(start, start + len(item)) for start, item in main if item and not _NOTHING.fullmatch(item)][:_MOST]


def united(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each thing that a company is said to unite under one roof, without what it does with it."""
    for match in _UNITED.finditer(text):
        yield from (one.span() for one in _PART.finditer(text, *match.span("objects")) if not _STEPS.fullmatch(one[0]))


def objects(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each thing that a company is said to develop, make or sell."""
    yield from (match.span("object") for match in _OBJECT.finditer(text))


def classes(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each industry under which a text sorts a company."""
    yield from (match.span("name") for match in _CLASS.finditer(text))
