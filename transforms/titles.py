"""Titles: what somebody is in a company or an office - 董事长, 副教授 - and whether an article has those that a statement has."""

import re
from collections.abc import Iterator

BESIDE = (
    "总?书记|主席|总统|总理|首相|[部省市县镇处科局]长|[校院会行队]长|秘书长|理事长|教授|博士|先生|女士|老师|医生|律师|同志|夫妇|将军|警官"
    "|董事长?|总?经理|总裁|主任|记者|主持人|教练|法官|检察官"
)
"""Pattern of what somebody is or does, that stands beside a name and is no part of it."""

# The forms of one title are parted by blanks; those joined by = may stand for each other whatever else a text has.
_GROUPS = """
    董事长 董事局主席 董事会主席 / 总裁 ceo=首席执行官=首席执行=行政总裁 / 总经理 / 副董事长 / 副总裁 副总 / 副总经理 副总
    / cfo=首席财务官=首席财务=财务总监 / cto=首席技术官=首席技术=技术总监 / coo=首席运营官=首席运营 / 首席科学家 / 首席经济学家
    / 监事长 监事会主席 / 监事会 / 董事会 董事局 / 监事 / 独立董事 独董 / 董秘=董事会秘书 / 经理 / 总监 / 主管 / 合伙人
    / 教授 / 副教授 / 讲师 / 校长 / 副校长 / 院长 / 副院长 / 所长 / 副所长 / 主任 / 副主任 / 行长 / 副行长
    / 部长 财长=财政部长=财政大臣 外长=外交部长=外交大臣 防长=国防部长 大臣 / 副部长 / 局长 / 副局长 / 处长 / 副处长 / 厅长 / 副厅长
    / 科长 / 市长 / 副市长 / 省长 / 副省长 / 县长
    / 主席 / 副主席 / 秘书长 / 副秘书长 / 会长 / 副会长 / 理事长 / 总统 / 副总统 / 总理 / 首相 / 副总理
    / 分析师 / 研究员 / 记者 / 编辑 / 创始人 创办人 创立 创办 / 医师 医生 / 护士
"""
_FORMS = [group.replace("=", " ").split() for group in _GROUPS.split("/")]
ALIKE = [form.split("=") for form in _GROUPS.split() if "=" in form]
"""Titles that everybody knows in each of their forms."""

_ANY = "|".join(sorted({form for group in _FORMS for form in group}, key=len, reverse=True))
TITLE = rf"(?:(?<!银(?=行长))(?:{_ANY})(?<!行长(?=期)))"
"""A pattern of any title; 银行长期 has none in it."""
_TITLE = re.compile(TITLE)
_NO_OFFICES = ("监事会", "董事会", "董事局", "创立", "创办")
OFFICE = rf"(?:(?!(?:{'|'.join(_NO_OFFICES)})(?!主席|秘书)){TITLE})"
"""A pattern of any title that a person can have."""

LEADING = (
    "董事长|总经理|总裁|经理|总监|行长|书记|主席|主任|市长|省长|县长|局长|部长|厅长|院长|校长|会长|秘书长?|董秘|发言人"
    "|教授|院士|创始人|C[EFOT]O"
)
"""A pattern of who leads something or speaks for it, as whom news tells of a person."""

CALLING = (
    rf"(?:{BESIDE}|{OFFICE}|[厅司所州区乡馆站社]长|秘书|发言人|经济学家|科学家|院士|专家|审判长|后卫|前锋|门将|中锋|选手"
    r"|首席\w{1,4}官|负责人|工程师|村民|居民|嫌疑人|理事|委员|代表|议员|顾问|总干事)"
)
"""A pattern of any title, and of what else somebody may be called right before the name."""


def forms_of(title: str) -> list[str]:
    """Return what a title may be called, itself first; of another word only that."""
    return list(dict.fromkeys([title, *(form for group in _FORMS if title in group for form in group)]))


def other_titles(statement: str, article: str) -> Iterator[tuple[int, int]]:
    """Yield where a spelled statement has a title that the article has in no form, while it has others: 教授 of 副教授."""
    said = list(_TITLE.finditer(statement))
    there = {match[0] for match in _TITLE.finditer(article)} if said else set()
    yield from (match.span() for match in said if there and there.isdisjoint(forms_of(match[0])))
