"""Units: the words behind a figure that tell what it counts or measures, and which of them are the same."""

_UNITS = """
    元 美元 港元 欧元 英镑 日元 韩元 卢布 卢比 澳元 加元 新元 瑞郎 新台币 人民币 元人民币 人民币元 美金 港币 块钱 角
    % ‰ 个百分点 百分点 个基点 基点 成 倍 折 股 手 张 家 个 名 人 位 个人 人次 户 单 票 席 台 辆 架 艘 套 栋 幢 层 间 座 所 只 头 支
    部 枚 颗 块 片 粒 箱 瓶 件 项 款 种 例 宗 起 条 次 届 轮 场 集 级 代 号 期 版 页 字 批 组 队 对 双 份 幅 篇 本 册 笔 门 口 处 节 段 步
    吨 公斤 千克 克 毫克 斤 公里 千米 米 厘米 毫米 微米 纳米 英里 海里 英尺 英寸 光年 平方米 平米 平方 平方公里 ㎡ 亩 公顷
    立方米 升 千升 毫升 桶 盎司 千瓦时 度 千瓦 兆瓦 吉瓦 瓦 赫兹 兆赫 像素 微角秒 分贝 摄氏度 ℃ 字节 吨级
    年 个月 月 月份 周 星期 天 日 小时 个小时 时 点 点钟 分钟 分 秒 毫秒 岁 周年 世纪 季度 个季度 季
    大 类 强 名次 桌 棵 株 匹 杯 盒 袋 卷 台套 架次 列 班 站 店 村 县 市 省 国
"""
_SAME = """
    元 元人民币 人民币元 人民币 块钱 rmb / 美元 美金 usd / 港元 港币 hkd / 个百分点 百分点 / 个基点 基点 bp bps
    / 人 名 位 个人 / 家 户 个 / 时 点 点钟 / 日 号 / 小时 个小时 / 季度 季 / 月 月份
    / 公里 千米 km / 公斤 千克 kg / 平方米 平米 ㎡ 平方 / 纳米 nm / 毫秒 ms / 毫米 mm / 厘米 cm / 瓦 w / 千瓦时 kwh 度
"""
_FORMS = {form: forms.split()[0] for forms in _SAME.split("/") for form in forms.split()}
UNIT = "|".join([*sorted(_UNITS.split(), key=len, reverse=True), r"[a-z]+(?:/[a-z]+)?"])
"""A pattern of any unit, in Latin letters (GPU, W) as well."""


def unit_of(form: str) -> str:
    """Return the one form of a unit: 元 for 人民币, 人 for 名."""
    return _FORMS.get(form, form)
