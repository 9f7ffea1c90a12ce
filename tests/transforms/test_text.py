from transforms.text import fold, sentences, text_hash, tidy


def test_fold_keeps_what_makes_a_text_the_same():
    assert fold("ＡＩ 大模型，“增长”７.2％！\n") == fold("ai大模型增长7 2%")


def test_text_hash_ignores_spaces_and_punctuation_but_no_figure():
    assert text_hash("利润为3亿元。\n同比增长。") == text_hash("利润为３亿元，同比增长")
    assert text_hash("利润为3亿元") != text_hash("利润为4亿元")


def test_tidy():
    assert tidy("　　\u200b利润\xa0\xa0为\t三亿元\n ") == "利润 为 三亿元"


def test_sentences_are_spans_of_the_body_and_end_with_their_quotes():
    body = "第一句。“第二句！”他说；第三句\n第四句？？ 第五句"
    assert [body[start:end] for start, end in sentences(body)] == [
        "第一句。",
        "“第二句！”",
        "他说；",
        "第三句",
        "第四句？？",
        "第五句",
    ]
    assert sentences("") == []
