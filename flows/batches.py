"""Batches: many questions handed in at once, which some providers answer within a day at half the price.

A batch is noted before it is handed in and bears a mark, so that a run that is killed at any moment finds it again instead of
handing it in twice. What a batch does not answer is asked one by one afterwards.
"""

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress

from crawlers.clock import now
from crawlers.inquiries import Batch, Inquiry
from flows.desk import Desk
from flows.kept import Asker
from flows.purse import OverBudgetError, Payment
from transforms.llm import RefusedError
from transforms.reply import Answer

_PAUSE = 30.0  # seconds between two looks at a batch

Askers = Mapping[str, Asker]
"""Articles by text hash."""


def ask_in_batches(desk: Desk, askers: Iterable[Asker], tell: Callable[[str], None]) -> None:
    """Get the first answers about many articles by batches, those that a former run handed in and a new one.

    Raises RefusedError where the endpoint takes no batches, DownError, DeniedError.
    """
    wanted = _unanswered(desk, {desk.kept.inquiry(asker, 1).text_hash: asker for asker in askers})
    for batch in desk.project.ledger.batches(desk.prompt.version, desk.access.model):
        if mine := {text: wanted[text] for text in batch.texts if text in wanted}:
            owed = Payment()
            _await(desk, batch, mine, owed, tell)
            desk.purse.charge(owed.cost)
    rest = _unanswered(desk, wanted)
    if len(rest) >= (desk.access.terms.batch or len(rest) + 1):
        with suppress(RefusedError, OverBudgetError):
            desk.annotate(next(iter(rest.values())))  # tells in which mode the endpoint answers
        of_stories = {asker.story or text: (text, asker) for text, asker in reversed(_unanswered(desk, rest).items())}
        _hand_in(desk, dict(reversed(of_stories.values())), tell)


def _unanswered(desk: Desk, askers: Askers) -> dict[str, Asker]:
    return {text: asker for text, asker in askers.items() if desk.kept.answer(asker, 1) is None}


def _hand_in(desk: Desk, wanted: Askers, tell: Callable[[str], None]) -> None:
    """Hand in as many questions as the budget allows, and wait for the answers."""
    questions, most = {}, 0.0
    for text, asker in wanted.items():
        messages = desk.prompt.messages(asker.title, asker.body)
        if desk.purse.allows(most + desk.most(messages)):
            questions[text] = messages
            most += desk.most(messages)
    if not questions:
        return
    ledger, asked = desk.project.ledger, {text: wanted[text] for text in questions}
    with desk.purse.pay(most) as payment:
        texts = "\n".join((now().isoformat(), *questions))
        mark = hashlib.blake2b(texts.encode(), digest_size=16).hexdigest()
        ledger.begin_batch(mark, desk.prompt.version, desk.access.model, list(questions))
        try:
            name = desk.client.submit(questions, mark)
        except RefusedError:
            ledger.end_batch(mark)
            raise
        ledger.name_batch(mark, name)
        _await(desk, Batch(mark, name, tuple(questions)), asked, payment, tell)


def _await(desk: Desk, batch: Batch, mine: Askers, payment: Payment, tell: Callable[[str], None]) -> None:
    """Wait for a batch and keep its answers about the articles that are at hand."""
    ledger = desk.project.ledger
    answers = _answers_of(desk, batch, tell)
    for text in answers.keys() & mine.keys():
        inquiry = desk.kept.inquiry(mine[text], 1)
        if ledger.kept_answer(inquiry) is None:  # else another run that waited for it, too, has booked it
            desk.keep(mine[text], inquiry, answers[text], payment)
    inquiries = (Inquiry(text, desk.prompt.version, desk.access.model, 1) for text in answers)
    if all(ledger.kept_answer(inquiry) for inquiry in inquiries):  # else some are of articles that are not at hand
        ledger.end_batch(batch.mark)


def _answers_of(desk: Desk, batch: Batch, tell: Callable[[str], None]) -> dict[str, Answer]:
    """Return the answers of a batch when it is done; none where it was never handed in, or the provider has dropped it."""
    try:
        name = batch.name or desk.client.submitted(batch.mark)
        if name is None:
            return {}
        while (answers := desk.client.collect(name)) is None:
            tell(f"batch {name} of {len(batch.texts)} questions is not done yet")
            time.sleep(_PAUSE)
    except RefusedError:
        return {}
    return answers
