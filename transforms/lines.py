"""Clean lines: what stands in an article's container but is not the article. A line goes only where it is such as a whole."""

import re
from collections.abc import Sequence

from transforms.container import prose_weight
from transforms.document import Line
from transforms.text import fold, tidy

_WORD = r"[^\s，。；！？|｜（）()\[\]【】<>《》]"
_DATE = r"(?:19|20)?\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?|\d{1,2}[-月]\d{1,2}日?(?=\s*\d{1,2}[:：])"
_ROLE = (
    r"(?:责任?编辑|责编|责编|責任編輯|编辑|編輯|作者|记者|記者|撰文|撰稿|文字|文|图|图片|摄影|摄|视频|海报|设计|制图|制作|美编|"
    r"排版|编校|校对|审校|审核|审读|审\s读|初审|复审|终审|监制|监\s制|主编|统筹|策划|值班编委|来源编辑|新媒体编辑|供图|供稿|"
    r"通讯员|实习生|采写|采访|编译|翻译|出品|版面)"
)
# What the lines around an article are made of; a line of nothing else is no prose.
_LABELS = re.compile(
    rf"""
      (?:发布|发表|发稿|更新|创建|上传|时间|日期|来稿)*(?:时间|日期|于)\s*[:：]?
    | {_DATE}(?:\s*(?:星期|周)[一二三四五六日天])?
    | (?<!\d)[012]?\d\s*[:：]\s*[0-5]\d(?:\s*[:：]\s*[0-5]\d)?(?!\d)
    | (?:文章|稿件|本文|信息|内容|新闻|图片|资料|消息)?(?:来源|來源|稿源|源自|来源于|出处)\s*
        (?:[:：丨|]|\s)\s*{_WORD}{{1,24}}(?:\s+{_WORD}{{1,10}})?
    | {_ROLE}\s*(?:[:：/／丨|]|\s)\s*{_WORD}{{0,16}}(?:\s*[、/／\s]\s*{_WORD}{{1,8}}){{0,6}}
    | (?:浏览|阅读|点击|访问|评论|播放)(?:次数|数|量)?\s*[:：]?\s*\d*\s*(?:次|万)?
    | (?:字体|字号|字體|文字大小)\s*[:：]?\s*(?:[大中小特默认]\s*)*
    | (?:我来说两句|我要揪错|页面功能|打印|关闭|收藏|收藏本文|纠错|推荐|热点排行|分享到?|分享至|转发|点赞|举报|反馈|投诉)
    | (?:复制链接|返回顶部|返回首页|返回列表|微信|微博|新浪微博|腾讯微博|QQ空间|QQ好友|朋友圈|QQ|人人网|豆瓣)
    | (?:上一篇|下一篇|上一页|下一页|首页|尾页|末页|没有了)\s*[:：]?
    | 本文(?:字数|共)\s*[:：]?\s*\d+字?
    | (?:https?://)?[\w-]+(?:\.[\w-]+)*\.(?:com|cn|net|org)(?:/\S*)?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_BEFORE = r"[^。！？；：，“”]"  # what a notice may begin with: no sentence, no quotation
# Whole lines that tell something about the article, the site or its other offers.
_NOTICE = re.compile(
    rf"""
    \W{{0,3}}(?:
        (?:本文)?(?:原标题|原題|原标题为|原题为?|原文标题)\s*[:：为《].{{0,120}}
      | (?:举报|投诉|反馈)\s*/\s*(?:举报|投诉|反馈).{{0,10}}
      | (?:免责声明|特别声明|版权声明|郑重声明|风险提示及免责条款|法律声明|声明|免責條款)\s*[:：].{{0,400}}
      | (?:特别声明|免责声明|版权声明|版权所有|相关阅读|延伸阅读|推荐阅读|相关新闻|相关报道|相关链接|热门推荐|为你推荐|猜你喜欢)
      | {_BEFORE}{{0,20}}(?:仅|只)代表(?:作者|其|个人|嘉宾|原作者).{{0,120}}
      | {_BEFORE}{{0,30}}不代表.{{2,20}}(?:立场|观点).{{0,120}}
      | {_BEFORE}{{0,12}}(?:版权|著作权)(?:归|属于|所有).{{0,160}}
      | 本文(?:系|为|由|来自|来源|转自|转载自|首发于|授权|原载|经){_BEFORE}{{0,40}}(?:[，,。].{{0,60}})?
      | [□■◎●\s]*[\u4e00-\u9fff·]{{0,12}}(?:记者|記者|通讯员)\s*[:：\s]\s*[\u4e00-\u9fff·]{{2,8}}(?:[\s、]+[\u4e00-\u9fff·]{{2,8}}){{0,6}}
      | (?:上一篇|下一篇)\s*[:：].{{0,80}}
      | {_BEFORE}{{0,24}}(?:谢绝转载|不得转载|禁止转载|转载请|转载须|转载时).{{0,120}}
      | {_BEFORE}{{0,16}}未经.{{0,20}}(?:授权|许可|允许|同意).{{0,20}}(?:转载|使用|复制|摘编|镜像).{{0,120}}
      | {_BEFORE}{{0,16}}(?:扫描|扫码|长按|识别|扫一扫){_BEFORE}{{0,16}}
          (?:二维码|关注|下载|查看|进群|图片)[^。，]{{0,40}}[。！]?
      | {_BEFORE}{{0,8}}(?:更多|关注|欢迎|敬请|搜索|添加|请){_BEFORE}{{0,24}}
          (?:公众号|公众平台|微信号|微博|客户端|APP|App|小程序|抖音号|视频号)[^。，]{{0,40}}[。！]?
      | (?:下载|打开|安装){_BEFORE}{{0,16}}(?:客户端|APP|App).{{0,20}}
      | [^。]{{0,90}}(?:下载|打开|安装)[^。]{{0,8}}(?:客户端|APP|App)[^。]{{0,30}}[！!~～]
      | [（(\[【]\s*(?:本文|文章|稿件|信息|资料|本稿)?(?:来源|來源|作者|编辑|责编|校对)\s*[:：][^。！？；]{{2,160}}[)）\]】]
      | [（(]?本(?:文|作品|稿件?|视频|内容)(?:系|为)[^。]{{0,60}}(?:原创|独家|授权)[^。]{{0,60}}(?:转载|使用|出处)[^。]{{0,40}}[。）)]*
      | 此前报道\s*[:：].{{0,80}}
      | 更多[^。！？]{{0,40}}(?:精彩|资讯|内容|新闻|信息|报道){_BEFORE}{{0,12}}(?:关注|登录|访问|点击|请|尽在).{{0,50}}
      | (?:相关|延伸|推荐|拓展|热门|精彩|往期|更多)(?:阅读|新闻|链接|文章|推荐|报道|专题|回顾|内容|资讯)\s*(?:[:：>].{{0,80}}|\W{{0,4}})
      | (?:点击|戳|猛戳)(?:进入|查看|下方|阅读|观看|这里|此处|蓝字|标题)[^。]{{0,40}}
      | 进入【.{{2,20}}】.{{0,10}}
      | (?:分享|转发){_BEFORE}{{0,12}}(?:更多人|朋友圈|好友|到|至){_BEFORE}{{0,10}}
      | (?:来说两句|我有话说|网友评论|发表评论|最新评论|热门评论|查看全部评论|暂无评论|登录后{_BEFORE}{{0,10}}){_BEFORE}{{0,20}}
      | (?:展开|阅读|查看|点击)(?:全文|原文|更多).{{0,8}}
      | (?:标签|关键词|关键字|TAG|Tag|tag|专题|聚焦)\s*[:：].{{0,100}}
      | 举报(?:电话|邮箱|热线).{{0,60}}
      | (?:您|你)?(?:现在|目前)?(?:所在)?(?:的)?位置\s*[:：].{{0,80}}
      | 当前位置\s*[:：]?.{{0,80}}
    )
    """,
    re.VERBOSE,
)
_TAIL = re.compile(
    r"\s*(?:返回\S{1,6}[，,]\s*查看更多|举报\s*/\s*反馈"
    r"|[（(\[【]\s*(?:责任编辑|责编|编辑)\s*[:：][^（()）\[\]【】]{0,24}[)）\]】]|责任编辑\s*[:：]\s*[\u4e00-\u9fff ]{2,12})\s*$"
)
# Headings of what comes behind an article.
_BEHIND = re.compile(
    r"\W{0,3}(?:为你推荐|猜你喜欢|相关(?:阅读|新闻|报道|链接|文章|推荐|专题)|延伸阅读|推荐阅读|网友评论|最新评论|热点排行|新闻排行|精选推荐|精彩推荐|"
    r"热门(?:推荐|文章|新闻|点阅|點閱|點閲|排行|阅读)|熱門點閱|更多(?:新闻|文章|推荐|阅读|相关)|今日(?:热点|推荐)|往期(?:回顾|精彩)|您可能(?:还|也).{0,10})\W{0,3}"
)
_PARAGRAPH = 10.0  # weight of a line that is a copy when it comes again; a refrain, a question and a line of code are lighter
_NO_TEXT = re.compile(r"[\W_]+")


def clean_lines(lines: Sequence[Line], title: str) -> list[str]:
    """Return the text of an article's lines: no furniture, not the repeated headline, no paragraph a second time."""
    folded_title = fold(title)
    kept: list[str] = []
    seen: set[str] = set()
    for line in _before_the_rest(lines):
        text = tidy(_TAIL.sub("", line.text))
        folded = fold(text)
        if not folded or is_furniture(text) or (line.is_link and len(text) < 80):
            continue
        if folded == folded_title and len(kept) < 3:
            continue
        if folded in seen and (prose_weight(line) >= _PARAGRAPH or folded == fold(kept[-1])):
            continue
        seen.add(folded)
        kept.append(text)
    return kept


def is_furniture(text: str) -> bool:
    """Whether a line is made of labels alone (time, source, editor, share buttons) or is a notice about the page."""
    if len(text) > 420:
        return False
    if _NOTICE.fullmatch(text):
        return True
    return len(text) <= 120 and not unlabelled(text)


def unlabelled(text: str) -> str:
    """Return what is left of a line without times, labels with their values, and punctuation."""
    return _NO_TEXT.sub("", _LABELS.sub("", text))


def _before_the_rest(lines: Sequence[Line]) -> Sequence[Line]:
    """Return the lines before a heading such as 相关阅读 that a list of links follows."""
    for place, line in enumerate(lines):
        if place and len(line.text) < 16 and _BEHIND.fullmatch(line.text):
            rest = lines[place + 1 :]
            if sum(one.is_link for one in rest) * 4 >= len(rest):
                return lines[:place]
    return lines
