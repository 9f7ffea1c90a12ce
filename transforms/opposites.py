"""Opposites: words of one family of which an article has another one than a statement - 跌停 for 涨停, 环比 for 同比, 亚军 for 冠军."""

import re

# A family a line; its members are parted by a slash, the forms of one by a blank, of which the first is looked for in statements.
_FAMILIES = """
    涨停 / 跌停
    新高 / 新低
    上修 上调 提高 调高 提升 上浮 / 下修 下调 降低 调低 下浮
    偏多 / 偏少
    偏高 / 偏低
    走强 走高 / 走弱 走低
    净投放 / 净回笼
    胜诉 / 败诉
    零上 / 零下
    放量 / 缩量
    人大代表 / 政协委员
    公安机关 公安 警方 民警 警察 / 检察机关 检察院 检方
    规模以上 / 规模以下
    上半场 / 下半场
    上半年 半年度 半年报 中报 中期 前6个月 前六个月 1-6月 1至6月 1月至6月 1月到6月 6月末 \
    / 下半年 / 3季 三季 前9个月 前九个月 1-9月 \
    / 一季度 第一季 1季 首季 1-3月 1至3月 1月至3月 前3个月 前三个月
    每年 年均 一年 全年 年度 年产 /年 / 每月 月均 一个月 月产 /月 / 每周 一周 / 每日 每天 日均 一天 单日 日产 /日 / 每学期 / 每学年
    年费 / 月费
    年产能 / 月产能
    年底 年末 / 年中 / 年初
    月底 月末 / 月中 / 月初
    同比 上年同期 去年同期 上年 去年 / 环比 上月 上季度 上个月 上年末
    冠军 夺冠 第一名 居第一 列第一 名第一 金牌 榜首 / 亚军 第二名 居第二 列第二 名第二 银牌 / 季军 第三名 居第三 列第三 名第三 铜牌
    一审 初审 / 二审 终审
    首日 / 次日 翌日
    上月 上个月 / 本月 当月 / 下月 下个月
    全球 世界 国际 各国 海外 多国 / 全国 国内 我国 中国 各地 各省
    首次 首度 首个 首家 首款 首例 首 第一 头 / 第二次 再次 第三次 第四次 / 再次 再度 又 重新 多次 第二次 第三次 第四次
"""
_OTHERS = {
    member.split()[0]: (member.split(), [form for other in family.split(" / ") if other != member for form in other.split()])
    for family in _FAMILIES.strip().splitlines()
    for member in family.split(" / ")
}
"""For what a statement may say: the forms that bear it out, and those that speak against it where there is none of these."""
_SAID = re.compile("|".join(sorted(_OTHERS, key=len, reverse=True)))


def opposite(statement: str, article: str) -> tuple[int, int] | None:
    """Return where a spelled statement has such a word that the article has in no form, while it has others of the family."""
    for match in _SAID.finditer(statement):
        forms, others = _OTHERS[match[0]]
        if not any(form in article for form in forms) and any(other in article for other in others):
            return match.span()
    return None
