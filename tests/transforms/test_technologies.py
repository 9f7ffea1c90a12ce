import pytest

from tests.transforms.lists import shipped, words_of
from transforms.technologies import technologies


def found(body: str, subject: str = "") -> list[str]:
    return technologies(words_of("标题", body), shipped(), subject)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("公司发布人脸识别门禁与声纹识别产品。", ["人脸识别门禁", "声纹识别"]),
        ("采用ＲｅｓＮｅｔ-50与Transformer。", ["ＲｅｓＮｅｔ-50", "Transformer"]),
        ("文心大模型4.5上线，文心大模型4.5免费。", ["文心大模型4.5"]),
        ("文心大模型4.5 Turbo与通义万相2.2上线。", ["文心大模型4.5 Turbo", "通义万相2.2"]),
        ("语音识别2.5秒完成，Siri 3月升级，人脸识别1.2亿次。", ["语音识别", "Siri", "人脸识别"]),
        ("AI 芯片与AI芯片，团队推出 AI 乐谱创作平台。", ["AI 芯片", "AI 乐谱创作平台"]),
        ("市长亲自监督工程进度。", []),
        ("Pixtral 12B与GLM-4 Plus开源，国产人形机器人上市。", ["Pixtral 12B", "GLM-4 Plus", "人形机器人"]),
        ("工业视觉大模型与小鹏图灵AI芯片亮相。", ["工业视觉大模型", "小鹏图灵AI芯片"]),
        ("金湾股份行用人脸识别审批。", ["人脸识别"]),
        ("自动泊车系统年内上车。", ["自动泊车系统"]),
        ("Gemini 3.5与Kimi K2.8上线。", ["Gemini 3.5", "Kimi K2.8"]),
        ("新款人形机器人面向人形机器人大赛，头部大模型落地。", ["人形机器人", "大模型"]),
        ("炎症因子MCP-1与心衰有关，多模态镇痛有效，奔驰B200到店。", []),
        ("模型训练的提示词改了，深度求索回应，政策微调。", []),
        ("水下机器人下潜三千米，机器人回传影像。", ["水下机器人"]),
        ("人工智能技术发展很快，人工智能走进工厂。", ["人工智能"]),
        ("团队推出AI乐谱创作平台。", ["AI乐谱创作平台"]),
        ("机器翻译实验室招聘，图像识别有限公司成立。", []),
        ("公司建设智能驾驶培训和考试系统。", []),
        ("学校开展人工智能培训。", ["人工智能"]),
        ("科学家设想派出无人驾驶的帆船，无人驾驶飞机负责测量。", []),
        ("无人驾驶出租车上路，无人驾驶船试航。", ["无人驾驶出租车", "无人驾驶船"]),
        ("团队以平行智能（ACP）理论为基础，提出桥梁智能方法。", ["平行智能", "桥梁智能"]),
        ("公司提供智能方法，讲多元智能理论与商业智能方法。", []),
        ("云计算、大数据和区块链加快落地。", []),
        ("社区开设课程学习班，倡导终身学习、持续学习，居民表示学习很有收获。", []),
    ],
)
def test_terms_are_taken_as_the_text_words_them(body, expected):
    assert found(body) == expected


def test_the_most_frequent_comes_first():
    assert found("语音识别和机器翻译进步，机器翻译尤其快。") == ["机器翻译", "语音识别"]


def test_a_company_of_such_a_name_is_no_technology():
    assert found("燧石机器人完成融资，燧石机器人将扩产。", "燧石机器人") == []


def test_a_short_term_is_not_part_of_another_word():
    assert found("空间可灵活分割，团队用可灵生成短片。") == ["可灵"]
    assert found("空间可灵活分割。") == []


@pytest.mark.parametrize("task", ["人脸检索", "行人跟踪", "声纹验证", "目标识别", "文本向量化", "实体链接", "车道偏离预警"])
def test_the_tasks_of_perception_are_technologies(task):
    assert found(f"系统支持{task}等能力。") == [task]


def test_a_market_makes_no_kind_of_robot():
    assert found("A股机器人概念走强，机器人厂商扩产。") == ["机器人"]


def test_a_term_that_stands_mostly_within_its_kinds_is_left_out():
    assert found("深度神经网络推理快，神经网络省电。") == ["深度神经网络"]
    body = "神经网络省电，神经网络好用，神经网络走进工厂，深度神经网络推理快。"
    assert found(body) == ["神经网络", "深度神经网络"]


def test_a_subject_is_no_kind_of_the_term_that_it_ends_with():
    assert found("夸克AI眼镜还有多远？AI眼镜走进工厂。", "夸克AI眼镜") == ["AI眼镜"]


def test_a_technique_that_begins_the_headline_is_one():
    assert found("自然语言处理要变天？自然语言处理升温。", "自然语言处理") == ["自然语言处理"]


def test_kinds_within_each_other_count_once():
    body = "城市领航辅助驾驶上路，领航辅助驾驶降价，辅助驾驶普及，"
    assert "辅助驾驶" not in found(f"{body}辅助驾驶省力。")
    assert "辅助驾驶" in found(f"{body}辅助驾驶省力，辅助驾驶出海。")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("算法涵盖语音智能、机器视觉、决策智能等。", ["语音智能", "机器视觉", "决策智能"]),
        ("支持人脸识别、语音识别、鸟鸣识别等能力。", ["人脸识别", "语音识别", "鸟鸣识别"]),
        ("支持人脸识别、语音识别、风险识别、客户服务。", ["人脸识别", "语音识别"]),
        ("未来产业包括人工智能、机器人、绿色智能、生物生成。", ["人工智能", "机器人"]),
        ("支持人脸识别、鸟鸣识别、车间管理。", ["人脸识别"]),
        ("智能驾驶、人脸识别、擎朗智能等产品参展。", ["智能驾驶", "人脸识别"]),
        ("具身智能、语音识别、科大智能等概念走强。", ["具身智能", "语音识别"]),
        ("支持语音识别、机器翻译、自动识别、无法识别等。", ["语音识别", "机器翻译"]),
        ("采用机器学习、人脸识别、信用风险识别等手段。", ["机器学习", "人脸识别"]),
    ],
)
def test_what_stands_in_a_row_with_listed_terms_and_ends_as_one_of_them_does_is_one(body, expected):
    assert found(body) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("“青禾智涌”大模型落地，智能体“青小审”写初稿。", ["青禾智涌", "大模型", "青小审", "智能体"]),
        ("「禾语」语言大模型开源。", ["禾语", "语言大模型"]),
        ("交易机器人“禾小盈”询价。", ["机器人", "禾小盈"]),
        ("人形机器人“燧石二号”量产。", ["人形机器人", "燧石二号"]),
        ("“样板”工程完工，他说“大模型很贵”。", ["大模型"]),
        ("大模型“价格战”打响，机器人“上岗”，大模型“一本正经地胡说”。", ["大模型", "机器人"]),
        (
            "大模型“六小虎”分化，“百模大战”大模型降温，机器人“小偷”落网，“618”大模型促销，“李飞飞”大模型专访。",
            ["大模型", "机器人"],
        ),
        ("大模型“军备竞赛”升级，“最强大脑”大模型比“小而美”大模型贵。", ["大模型"]),
    ],
)
def test_a_name_in_quotation_marks_that_is_given_to_an_ai_product_is_one(body, expected):
    assert sorted(found(body)) == sorted(expected)


def test_what_is_joined_to_a_term_by_a_hyphen_belongs_to_it():
    assert found("公司推出QH-AI大模型。") == ["QH-AI大模型"]
    assert found("这家公司不用non-AI大模型。") == ["AI大模型"]
