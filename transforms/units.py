"""Units: the words behind a figure that tell what it counts or measures, and which of them are the same."""

# The forms of each currency; one that is not told apart from its neighbours would pass for them.
_CURRENCIES = """
    元 元人民币 人民币元 人民币 块钱 rmb / 美元 美金 usd / 港元 港币 香港元 hkd / 新台币 台币 / 澳门元 澳门币 / 欧元 / 英镑
    / 日元 日币 / 韩元 韩币
    / 澳元 澳币 澳大利亚元 / 加元 加币 加拿大元 / 新元 新币 新加坡元 / 纽元 新西兰元 / 瑞郎 瑞士法郎 / 法郎 / 卢布 / 卢比
    / 印尼盾 印尼卢比 / 越南盾
    / 泰铢 铢 / 林吉特 令吉 马币 / 比索 / 菲律宾比索 / 雷亚尔 / 兰特 / 里拉 / 迪拉姆 / 里亚尔 / 沙特里亚尔 / 第纳尔
    / 克朗 / 瑞典克朗 / 挪威克朗
    / 丹麦克朗 / 福林 / 兹罗提 / 谢克尔 / 坚戈 / 奈拉 / 先令 / 塔卡 / 图格里克 / 格里夫纳
"""
_UNITS = """
    角 % ‰ 个百分点 百分点 个点 个基点 基点 成 倍 折 股 手 张 家 个 名 人 位 个人 人次 户 单 票 席 台 辆 架 艘 套 栋 幢 层 间 座 所 只 头 支
    部 枚 颗 块 片 粒 箱 瓶 件 项 款 种 例 宗 起 条 次 届 轮 场 集 级 代 号 期 版 页 字 批 组 队 对 双 份 幅 篇 本 册 笔 门 口 处 节 段 步
    吨 公斤 千克 克 毫克 斤 公里 千米 米 厘米 毫米 微米 纳米 英里 海里 英尺 英寸 光年 平方米 平米 平方 平方公里 平方千米
    平方厘米 平方毫米 平方英寸 平方英尺 ㎡ 英亩 亩 公顷
    立方米 升 千升 毫升 桶 盎司 磅 加仑 蒲式耳 千瓦时 兆瓦时 吉瓦时 度 千瓦 兆瓦 吉瓦 瓦 赫兹 兆赫 像素 微角秒 分贝 摄氏度 ℃ 字节 吨级
    年 个月 月 月份 周 星期 天 日 小时 个小时 时 点 点钟 分钟 分 秒 毫秒 岁 周年 世纪 季度 个季度 季
    学时 课时 学分 席位 个席位 连板 连胜 连败 连涨 连跌 连冠 连阳
    大 类 强 名次 桌 棵 株 匹 杯 盒 袋 卷 剂 羽 尾 盏 台套 架次 列 班 站 店 村 县 市 省 国
"""
_SAME = """
    个百分点 百分点 个点 / 个基点 基点 bp bps
    / 人 名 位 个人 / 家 户 / 起 宗 件 例 / 座 所 处 / 席 席位 个席位 / 时 点 点钟 / 日 号 / 小时 个小时 h / 季度 季 / 月 月份 / ℃ 摄氏度
    / 公里 千米 km / 公斤 千克 kg / 平方米 平米 ㎡ 平方 / 平方公里 平方千米 / 纳米 nm / 毫秒 ms / 毫米 mm / 厘米 cm
    / 瓦 w / 千瓦 kw / 兆瓦 mw / 吉瓦 gw / 千瓦时 kwh 度 / 兆瓦时 mwh / 吉瓦时 gwh
"""
_FORMS = {form: forms.split()[0] for forms in (_CURRENCIES + "/" + _SAME).split("/") for form in forms.split()}
_PAID = tuple(form for form in _CURRENCIES.replace("/", " ").split() if not (form.isascii() or form.startswith("元")))
_FORMS |= {f"元{form}": _FORMS[form] for form in _PAID}  # 3亿元港币
_LISTED = sorted({*_UNITS.split(), *_FORMS}, key=len, reverse=True)
_ONE = "|".join([*(form for form in _LISTED if not form.isascii() or form == "%"), "[a-z]+"])
UNIT = rf"(?:{_ONE}(?:/[a-z]+)?)"
"""A pattern of any unit, in Latin letters (GPU, W) as well."""
PER = rf"(?:/每?(?:{_ONE}))+"
"""A pattern of what a unit is counted by: /吨 of 元/吨."""
CURRENCY = "|".join(sorted((form for form in _PAID if form.endswith(("币", "美金"))), key=len, reverse=True))
"""A pattern of what names a currency before a sum in 元: 港币3亿元."""
_BELOW = frozenset({*map(_FORMS.__getitem__, _PAID), "元", "%", "‰", "个百分点", "个基点", "成", "倍", "℃", "千瓦时"})
# 二期 is the second one as 第二期 is, but 三家 are three and 第三家 is one.
_ORDERED = frozenset(["季度", "届", "期", "轮", "代", "号", "版", "页", "集", "级", "次", "日"])


_GENERAL = "个"
_COUNTED = frozenset({_GENERAL, "家", "起", "座", "项", "款", "种", "条", "批", "只", "台"})
"""What 个 may stand for: 22个城市 for 22座城市."""


def unit_of(form: str) -> str:
    """Return the one form of a unit: 元 for 人民币, 人 for 名, 元/股 for 元/每股."""
    return "/".join(_FORMS.get(one, one) for one in form.replace("/每", "/").split("/"))


def ordinal(unit: str) -> str:
    """Return a unit as 第 before the number makes it: 第家, but 期."""
    return unit if unit in _ORDERED or unit.startswith("第") else f"第{unit}"


def agree(one: str, other: str) -> bool:
    """Whether neither of two units contradicts the other: 元 and 元/股, not 元/股 and 元/吨, nor 家 and 第家. None is any."""
    if not one or not other:
        return True
    parts = (unit.removeprefix("第").split("/") for unit in (one, other))
    return (one[0] == "第") == (other[0] == "第") and all(
        not left or not right or left == right or (_GENERAL in (left, right) and {left, right} <= _COUNTED)
        for left, right in zip(*parts, strict=False)
    )


def falls_below_zero(unit: str) -> bool:
    """Whether a minus before what has this unit is a sign: -5%, -3元/股; not that of 歼-20 or of a list."""
    return unit.split("/", maxsplit=1)[0] in _BELOW
