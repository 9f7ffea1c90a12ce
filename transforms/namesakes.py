"""Namesakes: what has a listed company's name in it and is something else - a place, a school, a trade, a longer name."""

import re
from itertools import combinations

from transforms.taxonomy import Taxonomy
from transforms.words import Words

# 中国银行业, 中国移动支付, 中国石油大学: what begins like a company's name and is another one.
_NATIONAL = "中国"
# 云南旅游|业, 青岛啤酒|节: a place with its trade, its feast or its office; it begins with the last two characters of the name.
_TRADE_OF_PLACE = re.compile(
    r"银行业(?![务绩])|(?:旅游|医药|黄金|稀土|电影|软件)(?:业(?![务绩])|产业(?!园|基金|集团)|行业|市场(?!部|化)|消费)"
    r"|旅游(?:旺季|收入)|(?:啤酒|电影)节|水务局|黄金周|电力(?:供应|需求)|稀土(?:出口|产量)|时尚周|机场群"
)
_GOES_ON = re.compile(
    r"业(?![务绩])|间|保险|互联网|支付|游戏|运营商|产业|管理(?!层)|科学|材料|装饰|文化|工业|和化|学会|协会|报|(?<=人寿)命(?!名)|(?<=建筑)物(?![流产业资贸])"
)
_PLACES = ("区", "镇", "县")  # 海州高新区 is a place, 海州银行|县域 is none
_HOMES = re.compile(r"机场|医院|酒店|镇")  # 茅台机场 is not the company
_HOTELS = re.compile(r"大?酒店|大厦|饭店")
# 中芯国际学校, 亚太科技大学, 量子生物学, 深圳华强北, 上海临港管委会: what begins like a company's name and is none.
_NO_FIRM = re.compile(
    r"(?:希望|实验|双语|外国语|附属)?(?:学校|大学|学院|小学|中学|幼儿园)|学(?![习生员历位术到会费科情业段])|管委会|中心(?=主任|副主任|研究员)"
    r"|(?<=国际航空)航天|(?<=华强)北"
)
_TEACHES = "教育"  # 青禾教育学校 is a part of the company
_SHORT = 2  # characters
_GROUPS = ("集团", "实业", "控股")  # of which there are several of one name
_NO_TOWNS = re.compile(
    r"河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏"
    r"|新疆|香港|澳门|中国|美国|德国|日本|英国|法国|韩国|印度|俄罗斯|欧洲|澳大利亚|加拿大|泰国|越南|新加坡|巴西"
)


def inside_longer(words: Words) -> frozenset[int]:
    """Return the places inside the other names that a text has: what begins there (国航 in 美国航空) is but a part of one."""
    longer = (one for kind in ("subjects", "others") for one in words.found[kind])
    return frozenset(place for start, end, _ in longer for place in range(start + 1, end))


def is_namesake(start: int, end: int, name: str, words: Words, lists: Taxonomy) -> bool:
    """Whether what stands around a company's name shows that something else is meant."""
    text = words.text
    house = _HOMES if end - start == _SHORT else _HOTELS
    return bool(
        (text[end : end + 1] in _PLACES and end not in words.edges)
        or house.match(text, end)
        or _TRADE_OF_PLACE.match(text, end - 2)
        or (name.startswith(_NATIONAL) and _GOES_ON.match(text, end))
        or (not name.endswith(_TEACHES) and _NO_FIRM.match(text, end))
        or _is_elsewhere(start, name, words, lists)
    )


def _is_elsewhere(start: int, name: str, words: Words, lists: Taxonomy) -> bool:
    """Whether a group's name has another town before it than its full name states: 云湖海州集团 is not 样州海州集团."""
    before = words.ending.get(start)
    if not name.endswith(_GROUPS) or before is None or before.text not in lists.places or _NO_TOWNS.fullmatch(before.text):
        return False
    called = lists.called[lists.companies[name].code]
    parts = {one[begin:end] for one in called for begin, end in combinations(range(len(one) + 1), 2)}
    stated = {part for part in parts & lists.places if not _NO_TOWNS.fullmatch(part)}
    return bool(stated) and before.text not in stated
