"""Chinese persons' names in text: patterns for one and for a list, and what can be one."""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from transforms.text import HAN

# Two characters may stand apart (张 三), and a single given name apart from a surname of two (欧阳 样).
ONE = rf"(?:(?<!{HAN}){HAN}{{1,2}}\s{HAN}(?!{HAN})|{HAN}{{2,4}}(?:·{HAN}{{2,8}})?|{HAN}\s{HAN}(?!{HAN}))"
BULLETS = "□■◎●○⊙◆◇▲△"
"""What a line that names its reporters may begin with."""
MANY = rf"{ONE}(?:\s*[、,，/／&和\s]\s*{ONE}){{0,7}}"

_APART = re.compile(rf"(?<!{HAN})({HAN}{{1,2}})\s({HAN})(?!{HAN})")
_BETWEEN = re.compile(r"[\s、,，/／&]+")
_NO_AUTHOR = re.compile(r"编辑|責編|责编|校对|审核|审校|摄影|制图|监制|主编|设计|翻译")
_NO_NAME = re.compile(
    r"记者|記者|编辑|报道|報導|来源|作者|通讯员|实习|见习|摄影|发自|综合|整理|责任|本报|本刊|新闻|日报|晚报|时报|中心|公司|委员|研究|主任|教授|供稿|供图|"
    r"发布|阅读|浏览|点击|时间|关注|原创|网友|视觉|图片|资料|公章|签章|完$|电$|摄$|译$|等$"
)
# Of media whose first character is a surname (华商报, 路透社, 金融界); 张建社 and 王法界 are persons.
_MEDIUM = re.compile(r"(?:[报報网網刊]|(?<!建)社|[融商学业艺政]界)$")


def is_person(name: str) -> bool:
    """Whether a string can be a person's Chinese name: a surname and one to three more characters, and no medium's name."""
    if _NO_NAME.search(name) or _MEDIUM.search(name) or (name.endswith(("台", "臺")) and name[:-1] in _listed("places")):
        return False
    surnames = _listed("surnames")
    plain = name.split("·", maxsplit=1)[0]
    return 2 <= len(plain) <= 4 and ((plain[0] in surnames and len(plain) <= 3) or plain[:2] in surnames or "·" in name)


def is_double(name: str) -> bool:
    """Whether a string can be both parents' surnames and a given name; it may be anything, so a label has to say so."""
    surnames = _listed("surnames")
    other = _NO_NAME.search(name) or _MEDIUM.search(name) or name[:2] in _listed("places")
    return len(name) == 4 and not other and name[0] in surnames and name[1] in surnames


def persons_in(names: str) -> Iterator[str]:
    """Yield the persons of a list of names, up to a role that is no author's (张三 编辑 李四)."""
    for name in _BETWEEN.split(_APART.sub(_joined, names)):
        if _NO_AUTHOR.search(name):
            return
        # 和 stands between names, and in some.
        yield from filter(is_person, [name] if is_person(name) else name.split("和"))


def _joined(apart: re.Match[str]) -> str:
    surname, given = apart.groups()
    return f"{surname}{given}" if len(surname) == 1 or surname in _listed("surnames") else apart[0]


@lru_cache(maxsize=2)
def _listed(name: str) -> frozenset[str]:
    path = Path(__file__).resolve().parents[1] / "config" / "taxonomy" / f"{name}.txt"
    return frozenset(path.read_text(encoding="utf-8").split())
