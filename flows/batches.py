"""Batches: many questions handed in at once, which some providers answer within a day at half the price.

A batch is noted before it is handed in and bears a mark, so that a run that is killed at any moment finds it again instead of
handing it in twice. One process at a time chooses what goes into a batch, and sees what is in one already. What a batch does
not answer is asked one by one afterwards.
"""

import hashlib
import math
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from datetime import timedelta

from crawlers.clock import now
from crawlers.inquiries import Batch, Inquiry
from flows.desk import Desk
from flows.kept import Asker
from flows.purse import OverBudgetError, Payment
from transforms.llm import DeniedError, DownError, RefusedError
from transforms.prompt import Message
from transforms.reply import Answer

_PAUSE = 30.0  # seconds between two looks at a batch
_LONGEST = timedelta(hours=25)  # a batch has a day: what is not done then is waited for no longer

Askers = Mapping[str, Asker]
"""Articles by text hash."""


class Batches:
    """The batches of one run; `remarks` are what its user should know of them, in sentences."""

    def __init__(self, desk: Desk, tell: Callable[[str], None]) -> None:
        """Ask at `desk`; `tell` hears which batch is being waited for."""
        self.remarks: list[str] = []
        self._desk = desk
        self._tell = tell
        self._least: float = desk.access.terms.batch or math.inf  # questions that are worth a batch
        asked = f"{desk.prompt.version}\n{desk.access.model}"
        self._name = f"batches-{hashlib.blake2b(asked.encode(), digest_size=8).hexdigest()}"  # of the lock

    def ask(self, askers: Collection[Asker]) -> None:
        """Get the first answers about articles by batches: those that were handed in before, and a new one for enough of them.

        What has no answer then is to be asked one by one. Raises DownError, DeniedError, OverBudgetError, StoreError.
        """
        if len(askers) < self._least and not self._desk.awaits_batches():
            return
        wanted = self._unanswered({self._desk.kept.inquiry(asker, 1).text_hash: asker for asker in askers})
        with self._desk.claimed(self._name):  # so none is being handed in: what has no name was left by a run that has ended
            begun = self._begun()
        for batch in begun:
            self._take(batch, wanted)
        rest = self._unanswered(wanted)
        if len(rest) >= self._least:
            with suppress(RefusedError, OverBudgetError):
                self._desk.annotate(next(iter(rest.values())))  # tells in which mode the endpoint answers
            for batch in self._join(rest, {batch.mark for batch in begun}):
                self._take(batch, rest)

    def _begun(self) -> list[Batch]:
        return self._desk.project.ledger.batches(self._desk.prompt.version, self._desk.access.model)

    def _unanswered(self, askers: Askers) -> dict[str, Asker]:
        return {text: asker for text, asker in askers.items() if self._desk.kept.is_open(asker)}

    def _join(self, rest: Askers, known: Collection[str]) -> list[Batch]:
        """Hand in what is in no batch; return that batch, and those that others have begun since `known` were."""
        with self._desk.claimed(self._name):
            others = [batch for batch in self._begun() if batch.mark not in known]
            taken = {text for batch in others for text in batch.texts}
            free = {text: asker for text, asker in self._unanswered(rest).items() if text not in taken}
            try:
                return [*others, *self._hand_in(free)]
            except RefusedError as error:
                self._remark(f"the endpoint takes no batches, so it was asked one by one: {error}")
                self._least = math.inf
                return others

    def _hand_in(self, free: dict[str, Asker]) -> list[Batch]:
        """Hand in as many questions as the budget allows, one of each story, and return the batch, none where it allows none."""
        desk, questions, most = self._desk, dict[str, list[Message]](), 0.0
        of_stories = {asker.story or text: (text, asker) for text, asker in reversed(free.items())}
        for text, asker in reversed(of_stories.values()):
            messages = desk.prompt.messages(asker.title, asker.body)
            if desk.purse.allows(most + desk.most(messages)):
                questions[text] = messages
                most += desk.most(messages)
        if not questions:
            return []
        ledger, texts, begun_at = desk.project.ledger, tuple(questions), now()
        mark = hashlib.blake2b("\n".join((begun_at.isoformat(), *texts)).encode(), digest_size=16).hexdigest()
        ledger.begin_batch(mark, desk.prompt.version, desk.access.model, texts)
        try:
            name = self._submit(questions, mark)
        except RefusedError:
            ledger.end_batch(mark)
            raise
        ledger.name_batch(mark, name)
        return [Batch(mark, name, texts, begun_at)]

    def _submit(self, questions: Mapping[str, list[Message]], mark: str) -> str:
        """Hand in questions and return the batch's name, also where the answer that bears it is lost on its way."""
        try:
            return self._desk.client.submit(questions, mark)
        except DownError:
            with suppress(RefusedError):
                if name := self._desk.client.submitted(mark):
                    return name
            raise

    def _take(self, batch: Batch, wanted: Askers) -> None:
        """Wait for a batch that has questions about articles that are at hand, and keep its answers about these."""
        mine = {text: wanted[text] for text in batch.texts if text in wanted}
        if not mine:
            return
        desk, ledger, owed = self._desk, self._desk.project.ledger, Payment()
        answers = self._await(batch, mine)
        try:
            with desk.claimed(self._name):  # so what another run that waited for it, too, has booked is seen
                for text in answers.keys() & mine.keys():
                    inquiry = desk.kept.inquiry(mine[text], 1)
                    if ledger.kept_answer(inquiry) is None:
                        desk.keep(mine[text], inquiry, answers[text], owed)
        finally:
            desk.purse.charge(owed.cost)
        inquiries = (Inquiry(text, desk.prompt.version, desk.access.model, 1) for text in answers)
        if all(ledger.kept_answer(inquiry) for inquiry in inquiries):  # else some are of articles that are not at hand
            ledger.end_batch(batch.mark)

    def _await(self, batch: Batch, mine: Askers) -> dict[str, Answer]:
        """Return the answers of a batch when it is done; none where there is no such batch, or it is never done."""
        name, size = batch.name or batch.mark, len(batch.texts)
        while True:
            late = now() - batch.begun_at > _LONGEST
            answers = self._look(batch, mine, late=late)
            if answers is None and late:
                self._least = math.inf  # what goes into another one would wait for another day
                self._remark(f"batch {name} of {size} questions is not done after 25 hours, so they were asked one by one")
                return {}
            if answers is not None:
                if len(answers) < size:
                    self._remark(f"batch {name} gave {len(answers)} answers to {size} questions; the others were asked again")
                return answers
            self._tell(f"batch {name} of {size} questions is not done yet")
            time.sleep(_PAUSE)

    def _look(self, batch: Batch, mine: Askers, *, late: bool) -> dict[str, Answer] | None:
        """Return the answers of a batch, {} where the endpoint knows of none, None where they are not there now.

        For a batch that is late it is None, too, where it cannot be looked at while single questions are answered.
        """
        asker_of = {text: mine.get(text) for text in batch.texts}

        def asked(text: str) -> list[Message]:
            asker = asker_of[text]
            return self._desk.prompt.messages(asker.title, asker.body) if asker else []

        client = self._desk.client
        try:
            name = batch.name or self._found(batch.mark)
            return client.collect(name, asked) if name else {}
        except RefusedError:  # of its answers, not of the batch itself
            return None
        except (DownError, DeniedError):
            if not late:
                raise
            with suppress(RefusedError):
                self._desk.annotate(next(iter(mine.values())))
            return None

    def _found(self, mark: str) -> str | None:
        """Return the name of the batch with a mark, None where the endpoint lists none such, or no batches at all."""
        with suppress(RefusedError):
            return self._desk.client.submitted(mark)
        return None

    def _remark(self, text: str) -> None:
        if text not in self.remarks:  # a batch may be looked at for several parts of a run
            self.remarks.append(text)
