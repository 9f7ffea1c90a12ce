"""Denial: whether a refusal is one of a single text, or of all of them - by how endpoints word it, and by how many come in a row."""

import re

_MOST_IN_A_ROW = 3  # refusals that are not for their texts
_MOST_AT_FIRST = 10  # refusals for whatever reason, before any text was answered
# How endpoints say with another status than 404 that they have no such model (DeepSeek and Zhipu answer 400).
_NO_MODEL = re.compile(r"model not exist|model_not_found|模型不存在", re.IGNORECASE)
_ABSENT = re.compile(r"not (?:exist|found)|不存在", re.IGNORECASE)
# How they say with another status than 402 that the account is empty (DashScope answers 400, Zhipu 429).
_NO_MONEY = re.compile(
    r"arrearage|good standing|insufficient[_ ](?:quota|balance)|exceeded_current_quota|欠费|余额不足|请充值", re.IGNORECASE
)
# What is refused for its text says nothing of the next one. Words of the second kind may tell of the form of all questions, too.
_FOR_WHAT_IT_SAYS = re.compile(
    r"inappropriate|content.{0,20}(?:filter|management|policy)|sensitive|inspection|risk|safety|moderation|flagged|敏感|违规|风险|审核",
    re.IGNORECASE,
)
_FOR_ITS_TEXT = re.compile(rf"{_FOR_WHAT_IT_SAYS.pattern}|content|policy|length", re.IGNORECASE)

_OF_THE_ACCOUNT = re.compile(r"account|organi[sz]ation|api.?key|账户|账号|帐号", re.IGNORECASE)


def lacks_model(said: str, model: str) -> bool:
    """Whether an endpoint says that it has no such model."""
    return bool(_NO_MODEL.search(said) or (model in said and _ABSENT.search(said)))


def lacks_money(said: str) -> bool:
    """Whether an endpoint says that the account has no money left; what it refuses for its text may tell of another one's."""
    return bool(_NO_MONEY.search(said)) and not is_for_its_text(said)


def is_for_its_text(said: str) -> bool:
    """Whether an endpoint says that it refuses a text for what that says."""
    return bool(_FOR_ITS_TEXT.search(said))


class Refusals:
    """Counts the refusals of one endpoint. Where threads count at once one more or less changes little."""

    def __init__(self) -> None:
        """Begin with none."""
        self._in_a_row = 0
        self._at_first: int | None = 0  # None once a text was answered

    def answered(self) -> None:
        """Note that a text was answered."""
        self._in_a_row, self._at_first = 0, None

    def is_for_good(self, said: str) -> bool:
        """Whether a refusal is of one text alone: for what that says, or, where others were answered, for another thing about it."""
        if _OF_THE_ACCOUNT.search(said):  # which may be flagged, too
            return False
        return bool(_FOR_WHAT_IT_SAYS.search(said)) or (self._at_first is None and is_for_its_text(said))

    def counted(self, said: str) -> bool:
        """Count a refusal, and return whether by now the endpoint refuses whatever it is asked."""
        self._in_a_row += not is_for_its_text(said)
        if self._at_first is not None:
            self._at_first += 1
        return self._in_a_row >= _MOST_IN_A_ROW or (self._at_first or 0) >= _MOST_AT_FIRST
