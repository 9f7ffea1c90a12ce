"""Kinds of candidates for keywords: how much each counts."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """What a phrase is: how much that counts, whether one mention is enough, and whether it is a name of its own."""

    weight: float
    alone: bool = False
    named: bool = False


SUBJECT = Kind(1.6, named=True)
ALIASED = Kind(1.6, alone=True, named=True)
COMPANY = Kind(1.7, named=True)
COMPANY_ALONE = Kind(1.7, alone=True, named=True)
PERSON = Kind(1.35, named=True)
PERSON_ALONE = Kind(1.2, alone=True, named=True)
TERM = Kind(1.3, named=True)
TERM_IN_LEAD = Kind(1.3, alone=True, named=True)
TECHNOLOGY = Kind(1.3, alone=True, named=True)
INDUSTRY = Kind(1.2, alone=True)
REPORT = Kind(1.3, alone=True, named=True)
THING = Kind(1.15)
THING_ALONE = Kind(1.15, alone=True)
MARKED = Kind(1.0, alone=True)
EVENT = Kind(1.0)
ROUND_OF = Kind(1.0, alone=True)
PLAIN = Kind(1.0)
WORD = Kind(0.7)
WRITING = Kind(1.15, alone=True)
MODEL = Kind(1.3, alone=True, named=True)
VERBAL = Kind(0.8)
VERBS = Kind(0.6)
IDIOM = Kind(0.3)
CLAUSE = Kind(0.0)  # where a text has nothing better
