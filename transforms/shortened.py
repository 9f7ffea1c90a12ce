"""Shortened names: forms of offices, organs and measures that everybody knows, each of which may stand for the other."""

import re

from transforms.titles import ALIKE

_GROUPS = """
    央行 人民银行 中央银行
    上交所 上海证券交易所
    深交所 深圳证券交易所
    北交所 北京证券交易所
    港交所 联交所 香港交易所 香港联合交易所
    证监会 证券监督管理委员会
    银保监会 银行保险监督管理委员会
    金融监管总局 国家金融监督管理总局
    发改委 发展改革委 发展和改革委员会
    工信部 工业和信息化部
    人社部 人力资源和社会保障部
    住建部 住房和城乡建设部
    卫健委 卫生健康委
    国资委 国有资产监督管理委员会
    网信办 互联网信息办公室
    市监总局 市场监管总局 市场监督管理总局
    外管局 外汇管理局
    最高法 最高人民法院
    最高检 最高人民检察院
    全国人大 全国人民代表大会
    全国人大代表 全国人民代表大会代表
    全国政协 中国人民政治协商会议
    中国信通院 信通院 中国信息通信研究院
    中科院 中国科学院
    社科院 社会科学院
    世贸组织 世界贸易组织 wto
    世卫组织 世界卫生组织 who
    美联储 联邦储备
    欧央行 欧洲央行 欧洲中央银行
    imf 国际货币基金组织
    gdp 国内生产总值 地区生产总值 生产总值
    cpi 居民消费价格
    ppi 工业生产者出厂价格
    pmi 采购经理
    ai 人工智能
    gpu 图形处理器
    ipo 首次公开发行 首次公开募股 首发上市
    app 客户端
    晚间 晚上
    早间 早上
    同比 比上年同期 较上年同期 比去年同期 较去年同期
    环比 比上月 较上月 比上季度 较上季度
    etf 交易型开放式 交易所交易基金
"""
_OTHERS = {
    form: [other for other in group if other != form]
    for group in (*ALIKE, *map(str.split, _GROUPS.strip().splitlines()))
    for form in group
}
_FORM = re.compile(
    "|".join(rf"(?<![a-z]){form}(?![a-z])" if form.isascii() else form for form in sorted(_OTHERS, key=len, reverse=True))
)


def shortened(statement: str, article: str) -> list[tuple[int, int]]:
    """Return where a spelled statement has a form for which the article has another one: CEO for 首席执行官."""
    return [match.span() for match in _FORM.finditer(statement) if any(other in article for other in _others(match[0], article))]


def _others(form: str, article: str) -> list[str]:
    """Return the other forms of one; no part of it, where an article has the form as it is."""
    return [other for other in _OTHERS[form] if other not in form or form not in article]
