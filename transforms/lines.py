"""Clean lines: what stands in an article's container but is not the article. A line goes only where it is such as a whole."""

import re

from transforms.text import fold, tidy

_FURNITURE = re.compile(
    r"""
    [\[(（【〔]?\s*(?:
        (?:责任?编辑?|责编|编辑|审校|审核|校对|监制|值班编委|主编|制图|美编|编校|统筹|来源编辑)\s*[:：丨|／/ ].{0,40}
      | (?:文章|稿件|本文|信息|内容)?来源\s*[:：丨].{0,30}
      | (?:原标题|原题|原文标题)\s*(?:为|[:：]).{0,80}
      | (?:举报|反馈|举报\s*/\s*反馈|打印|关闭|收藏|分享到?|分享至|点赞|评论|转发|纠错|返回顶部|返回首页)[\s:：/|]*
      | (?:加载更多|展开全文|查看原文|阅读原文)[\s:：/|]*
      | (?:免责声明|特别声明|版权声明|风险提示及免责条款|声明)\s*[:：].*
      | (?:扫描|扫码|长按|识别).{0,12}(?:二维码|关注|下载).{0,30}
      | (?:更多精彩|关注).{0,20}(?:公众号|微信号|客户端|APP).{0,20}
      | (?:相关|延伸|推荐|拓展|热门)(?:阅读|新闻|链接|文章|推荐|报道)\s*[:：]?.{0,60}
      | (?:上一篇|下一篇|上一页|下一页|首页|尾页)\s*[:：]?.{0,60}
      | (?:作者|文|图|图片|供图|摄影|记者)\s*[:：/／丨]\s*.{1,20}
      | (?:本报|本刊|本网)?(?:见习|实习|通讯)?记者\s*[\u4e00-\u9fff]{2,4}(?:[\s、,，][\u4e00-\u9fff]{2,4}){0,3}
      | .{0,8}(?:本文|文章)仅代表作者(?:本人|个人)?观点.*
      | (?:\d{4}[-/年]\d{1,2}[-/月]\d{1,2}日?)(?:\s*\d{1,2}:\d{2}(?::\d{2})?)?
    )\s*[\])）】〕]?
    """,
    re.VERBOSE | re.IGNORECASE,
)


def clean_lines(lines: list[str], title: str) -> list[str]:
    """Return the lines of an article's body: no furniture, not the repeated headline, no line twice in a row."""
    folded_title = fold(title)
    kept: list[str] = []
    for raw in lines:
        line = tidy(raw)
        folded = fold(line)
        if not folded or _FURNITURE.fullmatch(line):
            continue
        if folded == folded_title and len(kept) < 3:
            continue
        if kept and line == kept[-1]:
            continue
        kept.append(line)
    return kept
