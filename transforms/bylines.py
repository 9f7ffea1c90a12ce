"""Publisher (来源) and authors, from the zone around the headline and the first and last lines of the body."""

import re

_PUBLISHER = re.compile(
    r"(?:来源|稿源|信源|来源于|文章来源|信息来源)\s*[:：|｜]\s*(?P<name>[^\s|｜<>()（）【】\[\]，。；;]{2,24}(?: [A-Za-z]{2,12})?)"
)
_NAME = r"[\u4e00-\u9fff]{2,4}"
_NAMES = rf"(?P<names>{_NAME}(?:\s*[、,，／/ ]\s*{_NAME}){{0,4}})"
_BYLINES = (
    re.compile(
        rf"(?:见习记者|实习记者|特约记者|首席记者|本报记者|本刊记者|本网记者|记者|作者|撰文|文)\s*[:：／/|丨]\s*{_NAMES}(?=[\s）)】\]<|;；。]|$)"
    ),
    re.compile(rf"[（(【]\s*(?:{_NAME})?(?:见习|实习|首席|本报|本网|特约)?记者\s*{_NAMES}\s*(?:报道|通讯员[^）)]*)?[）)】]"),
    re.compile(rf"(?:^|\n|\s)(?:本报|本刊|本网|见习|实习|首席)*记者\s+{_NAMES}(?=\s|$|报道)"),
)
_NO_NAME = re.compile(
    r"记者|编辑|报道|来源|作者|通讯员|实习|见习|摄影|发自|综合|整理|责任|本报|本刊|新闻|日报|晚报|时报|网|社|公司|中心"
)


def publisher_in(zone_text: str) -> str | None:
    """Return the 来源 as printed in a text, or None."""
    found = _PUBLISHER.search(zone_text)
    return found["name"].strip(" ：:") if found else None


def authors_in(text: str) -> list[str]:
    """Return the persons that the bylines of a text name, in their order."""
    names: list[str] = []
    for pattern in _BYLINES:
        for match in pattern.finditer(text):
            names += [name for name in re.split(r"[\s、,，／/]+", match["names"]) if name]
    return list(dict.fromkeys(name for name in names if not _NO_NAME.search(name)))
