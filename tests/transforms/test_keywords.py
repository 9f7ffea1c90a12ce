"""What real wires, announcements and reports have in them, in invented ones."""

import pytest

from tests.transforms.lists import keywords_of as found
from tests.transforms.lists import words_of
from transforms import kinds
from transforms.subject import subject_of
from transforms.written import written


def test_an_organisation_that_acts_in_the_first_sentence_is_a_keyword_though_it_is_named_once():
    body = "{}28日公布医保目录调整方案，{}介绍了情况。方案新增创新药90种，创新药和罕见病用药占多数。罕见病用药的医保支付标准另行公布。{}"
    made = found("医保目录调整方案公布", body.format("国家医保局", "有关负责人", "创新药企业说，医保支付标准合理。"))
    assert "国家医保局" in made
    made = found("医保目录调整方案公布", body.format("有关方面", "有关负责人", "创新药企业说，国家医保局的医保支付标准合理。"))
    assert "国家医保局" not in made


def test_an_organisation_is_called_by_one_of_its_names():
    body = "上交所28日发布规则。规则由上海证券交易所解释。上交所说，规则即日施行。上海证券交易所将组织培训。"
    made = found("上交所发布规则", body)
    assert "上交所" in made
    assert "上海证券交易所" not in made
    body = "中石油28日发布半年报，净利润增长。中国石油天然气股份有限公司说，油价回升。中国石油天然气股份有限公司将分红。"
    made = found("中石油净利润增长", body)
    assert "中石油" in made
    assert not any("中国石油天然气" in one for one in made)


def test_who_took_the_picture_or_wrote_is_no_keyword():
    body = "海州船闸28日通过第100万艘船。 郑岚 摄\n海州船闸举行纪念活动。 郑岚 摄\n样报记者 温宁\n海州船闸货运量增长。"
    assert not {"郑岚", "温宁"} & set(found("海州船闸通过百万船舶", body))
    assert "郑岚" in found("海州船闸通过百万船舶", body.replace(" 摄", "说，货运量增长。"))


def test_a_foreigner_who_is_introduced_in_full_is_called_so():
    body = "青禾智能研究员Tomas Lindqvist离职。Lindqvist说，将独立研究。同事感谢Lindqvist。"
    assert "Tomas Lindqvist" in found("青禾智能研究员离职", body)
    assert "Lindqvist" in found("青禾智能研究员离职", body.replace("Tomas ", ""))


@pytest.mark.parametrize("subject", ["我国快递业", "今年全国快递业", "快递业"])
def test_what_only_says_when_and_of_what_country_is_no_part_of_a_subject(subject):
    assert subject_of(words_of(f"{subject}保持增长", f"{subject}保持增长。")) == "快递业"


def test_a_known_organisation_is_the_subject():
    assert subject_of(words_of("证监会三项举措推进重组", "证监会28日公布举措。")) == "证监会"


def test_a_number_with_its_unit_is_cut_off():
    body = "抽检肉及肉制品81批次，水产制品23批次；查获烟丝190公斤。抽检水产制品23批次，烟丝190公斤。"
    assert not [one for one in found("海州公布抽检结果", body) if one[-1].isdigit()]


def test_a_ship_with_its_number_is_one_name():
    body = "神舟三十号载人飞船返回。神舟三十号航天员状态良好。"
    assert "神舟三十号" in found("载人飞船返回", body)


def test_the_role_before_a_name_is_no_part_of_it():
    body = "航天员李岚完成出舱任务，空间站机械臂配合。航天员李岚状态良好。航天员李岚说，空间站机械臂很稳。"
    made = found("空间站出舱任务完成", body)
    assert "李岚" in made
    assert "航天员李岚" not in made


def test_the_draft_of_a_law_is_called_by_its_name():
    body = "《快递条例（修订草案送审稿）》28日公开征求意见。《快递条例（修订草案送审稿）》有五章。"
    assert "快递条例" in found("行业有了新规矩", body)
    assert "海州（二期）规划" in found("行业有了新规矩", "《海州（二期）规划》28日公布。《海州（二期）规划》有五章。")


def test_organisations_that_are_named_beside_each_other_are_two():
    body = "中科院与中国社会科学院联合发布报告。中国社会科学院说，增长平稳。中科院说，创新加快。"
    assert {"中科院", "中国社会科学院"} <= set(found("联合报告发布", body))


def test_a_code_is_not_what_a_company_is_called():
    body = "贵州茅台公告，净利润增长。贵州茅台说，明年继续增长。"
    assert "贵州茅台" in found("（600519）业绩大增", body)
    assert "贵州茅台" in found("业绩大增", f"证券代码：600519 证券简称：贵州茅台\n{body}")


def test_a_part_of_a_word_is_no_keyword():
    made = found("今日查处企业12家", "环保部门今日查处企业12家。外交部长王某会见来宾。企业将整改，企业说，整改需三个月。")
    assert "环保部" not in made


@pytest.mark.parametrize(("title", "part"), [("国防部长出席会议", "国防部"), ("苹果价格上涨", "苹果")])
def test_a_part_of_a_word_is_no_subject(title, part):
    assert subject_of(words_of(title, f"{title}。")) != part


def test_days_and_addresses_are_no_ships():
    made = found("新规施行", "下月一号起，新规施行。五月一号，放假一天。三月二十一号复工。地址：北路三号，云路二十三号。")
    assert not any(one.endswith("号") for one in made)


@pytest.mark.parametrize("subject", ["全国人大常委会", "全国社保基金", "我国产大飞机", "上半年度财报"])
def test_a_name_that_begins_like_a_country_is_whole(subject):
    assert subject_of(words_of(f"{subject}公布方案", f"{subject}说，方案即日施行。")) == subject


def test_who_is_introduced_in_full_is_one_keyword():
    body = "Donald Trump说，将加征关税。President Trump说，关税有效。Trump将访问海州。"
    made = found("美国将加征关税", body)
    assert [one for one in made if "Trump" in one] == ["Donald Trump"]
    body = "Google发布财报。Google说，用户增长。Google Chrome用户大增。Chrome占60%。"
    assert "Google Chrome" in found("浏览器用户大增", body)


def test_a_verb_is_not_cut_from_what_it_is_done_to():
    body = "海岬集团公告，拟收购联禾国际。联禾国际经营港式茶餐厅。海岬集团说，看好前景。"
    made = found("海岬集团拟1200万港元收购港式茶餐厅业务", body)
    assert "收购港式" not in made
    assert {"港式茶餐厅", "收购"} <= set(made)
    body = "郑岚即日上任。郑岚曾任样国总监。公司说，两地业务合并。"
    assert "升任英国" not in found("青禾高管升任英国和爱尔兰业务负责人", body)


def test_the_act_of_the_headline_does_not_give_way_to_a_longer_phrase_below():
    body = "砺芯微电子公告，收购完成。砺芯微电子收购协议生效，收购协议规定，收购协议期限一年。恒岳资本为顾问。"
    assert "收购" in found("砺芯微电子收购澜川科技", body)


@pytest.mark.parametrize("title", ["总书记", "教授", "董事长"])
def test_what_somebody_is_is_no_part_of_the_name(title):
    body = f"郑岚{title}在海州说，要种树。郑岚{title}看望老人，郑岚{title}到学校。"
    assert "郑岚" in found(f"郑岚{title}到海州调研", body)
    assert not any(title in one for one in found(f"郑岚{title}到海州调研", body))


def test_a_persons_name_is_whole_though_it_is_cut_in_places():
    body = "{0}要退休了，{0}却去了海州。{0}的自我评价是分文不取。海州县说，{0}答应了。{0}开启支教生涯。"
    assert "陈立群" in found("校长去海州支教", body.format("陈立群"))
    assert not any(
        one.startswith("王刚表") for one in found("县长答疑", "王刚表示，会修路。王刚表示，会建校。王刚表示，会招商。")
    )


def test_sizes_are_no_keywords():
    body = "青禾手机发布，256GB版售5499元，64GB版售4999元。青禾手机支持60FPS录像，256GB版首发，64GB版后售，60FPS为默认。"
    assert not {"256GB", "64GB", "60FPS"} & set(found("青禾手机64GB版售4999元", body))


@pytest.mark.parametrize(
    ("act", "headline"),
    [
        ("解除质押", "海岬集团：股东部分股份解除质押"),
        ("回购", "海岬集团截至七月末累计回购百万股"),
        ("减持", "海岬集团股东拟减持不超百分之一"),
        ("增持", "海岬集团获主席连续增持"),
    ],
)
def test_the_act_of_the_headline_is_named_without_how(act, headline):
    assert act in found(headline, "海岬集团昨日公告。公告说，郑岚持有海岬集团股份。公司将关注进展，及时披露。")


@pytest.mark.parametrize(("act", "whom"), [("收购", "东创"), ("增持", "圆通快递")])
def test_an_act_and_whom_it_is_done_to_stand_each_for_itself(act, whom):
    body = f"海岬公告，拟{act}{whom}。{whom}主营结构件。交易完成后，海岬将成为{whom}的股东。"
    made = found(f"海岬拟六亿元{act}{whom}", body)
    assert {act, whom} <= set(made)
    assert f"{act}{whom}" not in made
    assert "减持计划" in found("海岬集团股东减持计划完成", "海岬集团公告，减持计划完成。减持计划自五月起实施。")


def test_a_subject_has_the_word_for_an_organisation_behind_it():
    words = words_of("神州控股中标多个项目", "神州控股昨日公布，神州控股将通知各方。")
    assert subject_of(words) == "神州控股"


def test_a_product_is_a_keyword_beside_its_maker():
    body = "理光昨日发布新机。理光R10有三英寸屏，售价1690元。经销商说，理光R10销量增长。理光说，R10将降价。"
    made = found("理光发布新机", body)
    assert {"理光", "理光R10"} <= set(made)
    assert "R10" not in made


@pytest.mark.parametrize("product", ["华为Mate 20 Pro", "一加6T", "徕卡Q-P"])
def test_a_product_is_named_with_its_maker_however_it_is_written(product):
    body = f"{product}昨日发布。{product}有三英寸屏，售价1690元。经销商说，{product}销量增长。"
    assert product in found(f"{product}今日发布", body)


@pytest.mark.parametrize("standard", ["华为5G", "索尼4K"])
def test_a_standard_behind_a_maker_is_no_product(standard):
    maker = standard[:2]
    body = f"{maker}昨日发布新机。{standard}有三种用法。{maker}说，{maker}将扩产，{maker}门店备货。{standard}前景可期。"
    assert standard not in found(f"{maker}今日发布新机", body)


@pytest.mark.parametrize("word", ["中法", "双11", "80后"])
def test_two_countries_a_day_of_sales_and_an_age_are_one_word_each(word):
    assert word in [one.text for one in words_of(f"代表出席{word}企业家委员会会议", "").words]


@pytest.mark.parametrize("figure", ["Q3", "M2", "U23", "FY2024", "B2B", "CES2020"])
def test_a_quarter_a_sum_an_age_and_a_fair_are_no_products(figure):
    body = f"小米{figure}昨日公布。分析师说，小米{figure}增长，小米{figure}好于预期。"
    assert f"小米{figure}" not in found("小米公布数据", body)


def test_a_verb_and_a_noun_that_also_stand_alone_are_a_phrase():
    body = "招聘平台数据昨日公布。招聘平台说，岗位增长。招聘平台用户增加，招聘平台收费下降。"
    assert any("招聘平台" in one for one in found("海岬招聘平台数据出炉", body))


@pytest.mark.parametrize(
    ("phrase", "body"),
    [
        ("同业存单", "样行发行同业存单三百亿元。同业存单利率下行，同业存单期限一年。"),
        ("滑雪教练", "滑雪教练紧缺。滑雪场说，滑雪教练月薪上涨，滑雪教练供不应求。"),
    ],
)
def test_what_is_plain_by_itself_may_begin_a_phrase(phrase, body):
    assert any(phrase in one for one in found(body.split("。")[0], body))


def test_a_theme_before_what_a_company_is_is_not_the_subject():
    body = "网约车平台青禾出行宣布完成B轮融资。青禾出行说，资金用于研发。青禾出行成立于2019年。"
    assert "青禾出行" in found("网约车平台青禾出行完成B轮融资", body)


def test_words_that_the_headline_alone_has_in_a_run_come_behind_what_the_text_repeats():
    body = (
        "恒岳钢铁昨日说，风电厚板订单增加，风电厚板交期拉长。高炉下月检修，高炉检修为期十天。"
        "李岚说，风电厚板已占三成。恒岳钢铁的高炉今年检修两次。恒岳钢铁的厚板车间三班倒，车间里风机叶轮不停。"
    )
    made = found("恒岳钢铁高炉检修提前 车间尝试三班倒", body)
    assert {"恒岳钢铁", "风电厚板", "高炉检修"} <= set(made)
    assert "车间尝试" not in made


def test_a_work_that_begins_the_title_is_the_subject_without_its_marks():
    body = "由林海执导的电影《星桥计》曝光剧照。《星桥计》将于12月上映，星桥计讲述修桥人的故事。"
    assert subject_of(words_of("《星桥计》曝甜蜜剧照", body)) == "星桥计"
    assert not [one for one in found("《星桥计》曝甜蜜剧照", body) if "《" in one]


@pytest.mark.parametrize("link", ["(微博)", "（听歌 博客）", "( blog)"])
def test_what_links_to_a_persons_pages_is_no_word(link):
    link = link.replace("( ", "(")
    body = f"戴景灏{link}主演新片。林海{link}执导。周远{link}出席。新片由戴景灏{link}和林海{link}监制。"
    made = found(f"戴景灏{link}主演新片", body)
    assert made[0] == "戴景灏"
    assert not {"微博", "听歌", "博客", "blog"} & set(made)


def test_a_given_name_is_called_with_its_surname():
    body = "车险部总经理戴景行介绍，试点已经开始。对此，戴景行说，保费平均下降18%。"
    assert "戴景行" in found("车险试点按里程定价", body)
    assert "景行" not in found("车险试点按里程定价", body)


def test_marks_inside_a_subject_stay_in_pairs():
    made = subject_of(words_of("云湖科技“星海”发布", "云湖科技“星海”发布。云湖科技“星海”来了。"))
    assert made.count("“") == made.count("”")


def test_a_long_work_that_begins_the_title_is_its_subject_without_the_marks():
    title = "《生成合成内容样州标识管理办法》今起施行"
    assert subject_of(words_of(title, f"{title}。")) == "生成合成内容样州标识管理办法"


@pytest.mark.parametrize("behind", ["记者获悉", "独家：云湖科技裁员", "：云湖科技裁员"])
def test_a_paper_that_begins_the_title_is_not_what_it_is_about(behind):
    assert subject_of(words_of(f"《样州财经》{behind}", "《样州财经》记者获悉，云湖科技裁员。")) != "样州财经"


@pytest.mark.parametrize("also", ["简称", "又名", "俗称", "以下称："])
def test_what_something_is_also_called_is_told_by_how_it_is_written(also):
    assert ("海新集团", kinds.ALIASED) in list(written(f"海州新材{also}“海新集团”，今天开会。"))


def test_who_took_one_picture_and_is_named_more_often_is_a_keyword():
    body = "李景岚今日当选。李景岚说，将继续工作。\n记者 李景岚 摄\n大会昨日闭幕。"
    assert "李景岚" in found("大会昨日闭幕", body)


def test_what_a_headline_says_somebody_intends_is_no_part_of_the_name():
    assert subject_of(words_of("小米计划在英国发布手机", "小米的手机将在英国上市。")) == "小米"
    body = "史玉柱谈到智能汽车，史玉柱说，公司将投资智能汽车。"
    made = found("巨人网络收购青禾 史玉柱欲进军智能汽车", body)
    assert "史玉柱" in made
    assert "史玉柱欲" not in made


def test_somebody_whose_name_is_withheld_is_no_keyword():
    body = "温女士在海州买房。温女士说，房价合理，海州楼市回暖。温女士已付定金。"
    assert not any("温女士" in one for one in found("温女士海州买房", body))


def test_a_name_in_latin_letters_is_whole():
    body = "云湖影业发行公司Lumière说，Lumière的账号被盗。小米8 Pro上市，小米8 Pro有大屏，小米8 Pro降价。"
    made = found("Lumière账号被盗", body)
    assert {"Lumière", "小米8 Pro"} <= set(made)
    assert not {"Lumi", "Pro"} & set(made)


def test_what_a_headline_alone_has_is_no_keyword_where_it_breaks_off():
    made = found("权威机构预计印度手机销量下滑", "这款眼镜可看清远近。云湖光学说，眼镜明年上市，云湖光学已获专利。")
    assert "云湖光学" in made
    assert not any(one.endswith("预计印度") for one in made)


def test_how_long_and_by_whom_is_no_beginning_or_end_of_a_keyword():
    body = "海州新材公告，海州集团及其一致行动人拟减持2%的股份。海州集团在6个月内减持，一致行动人拟在3个月内减持。自本减持计划公告起生效。"
    made = found("海州新材：股东拟6个月内减持 拟10转5", body)
    assert "海州新材" in made
    assert not any(one.startswith(("内", "自本")) or one.endswith("拟") for one in made)


def test_a_person_whose_name_is_cut_amiss_is_known_behind_what_he_is():
    body = "样网5月29日宣布，高级副总裁柳甄因个人原因离职。公开资料显示，柳甄系样网早期员工。2016年，柳甄加盟样网。"
    made = found("样网高级副总裁柳甄离职", f"{body}自柳甄加盟样网起，业务扩张。")
    assert "柳甄" in made
    assert not [one for one in made if "甄" in one and one != "柳甄"]


def test_who_left_is_looked_for_by_that():
    body = "云湖电子公告，董事郑岚离职。郑岚2016年进入云湖电子。"
    assert "离职" in found("云湖电子董事郑岚离职", body)
    assert "出任" not in found("郑岚出任云湖电子董事", body.replace("离职", "出任董事"))


def test_a_share_under_warning_is_called_with_it():
    body = "样报讯，*ST云湖：拟购买样三力100%股权。*ST云湖主营油墨。青禾科技：净利润预增六成。青禾科技主营表面活性剂。"
    made = found("午间公告：*ST云湖拟并购样三力；青禾科技净利预增", body)
    assert "*ST云湖" in made
    assert not {"ST", "云湖"} & set(made)
    kinds = found("海州ST板块走强", "ST个股走高，非ST企业下跌。HOST主机发布，TEST测试结果公布。ST个股还会走高。")
    assert not [one for one in kinds if one.startswith("ST") and one != "ST板块" and len(one) > 2]


def test_no_phrase_breaks_off_in_what_joins_or_dates_it():
    body = "样电公司市场营销暨公共关系处副总经理李岚接任。样电公司市场营销暨公共关系处在海州。公司说，量产样车时，公司堪比地狱。"
    made = found("样电量产样车时堪比地狱", body)
    assert not [one for one in made if "暨" in one or one.endswith("时")]


def test_a_generation_is_counted():
    body = "样米笔记本换上10代酷睿处理器，从8代酷睿升级到10代酷睿。10代酷睿更快。"
    assert not {"代酷睿", "10代酷"} & set(found("样米笔记本发布：10代酷睿加持", body))


def test_an_exchange_whose_system_votes_are_cast_by_is_none():
    body = "远帆地产股东大会采用网络投票。通过深圳证券交易所交易系统投票的时间为9:15。通过深圳证券交易所互联网投票系统投票的时间为全天。"
    assert "深圳证券交易所" not in found("远帆地产关于股东大会的公告", body)
    ruled = body.replace("交易系统", "规则").replace("互联网投票系统", "规则")
    assert "深圳证券交易所" in found("远帆地产关于股东大会的公告", ruled)


def test_who_took_the_picture_may_stand_without_a_blank():
    body = "海州港开港。 样社记者 谢环驰摄\n海州港货运量增长，海州港扩建。\n图为海州港。 样社记者 谢环驰摄"
    assert "谢环驰" not in found("海州港开港", body)
