"""Where an SNMP walk stands, and when it has gone far enough."""

from probes.reading import ProbeError
from probes.wire.snmp_codec import Answer
from probes.wire.snmp_value import Oid, Value

MAX_WALK_ROWS = 1000
MAX_WALK_MESSAGES = 100
MAX_WALK_BYTES = 256 * 1024


class Walk:
    """Where a walk stands in each of its columns, and how much it has taken.

    Rows count only where their OID lies inside the column and above the last one: nothing can come twice.
    """

    def __init__(self, columns: tuple[Oid, ...], where: str) -> None:
        self.cursors = {column: column for column in columns}
        self.rows: dict[Oid, Value] = {}
        self._where = where
        self._counts = dict.fromkeys(columns, 0)
        self._messages = self._bytes = 0

    @property
    def length(self) -> int:
        """Rows of the longest column."""
        return max(self._counts.values())

    def take(self, answer: Answer) -> None:
        """Note an answer's rows and move on. Raises ProbeError on a device that would keep us for ever."""
        self._messages += 1
        self._bytes += answer.size
        if answer.status:
            self._end_one(answer.index)
        else:
            self._advance(answer)
        if len(self.rows) > MAX_WALK_ROWS or self._messages > MAX_WALK_MESSAGES or self._bytes > MAX_WALK_BYTES:
            self._refuse("lists more than a printer has")

    def _end_one(self, index: int) -> None:
        # v1 says noSuchName for the column that has reached the end of everything the device knows.
        columns = list(self.cursors)
        for column in columns[index - 1 : index] or columns:
            del self.cursors[column]

    def _advance(self, answer: Answer) -> None:
        columns = list(self.cursors)
        if not answer.rows:
            self._refuse("answers with nothing in it")
        for place, (name, value) in enumerate(answer.rows):
            column = columns[place % len(columns)]
            if column not in self.cursors:
                continue
            if value is None or name[: len(column)] != column:
                del self.cursors[column]
            elif name <= self.cursors[column]:
                self._refuse("repeats itself")
            else:
                self.cursors[column] = name
                self.rows[name] = value
                self._counts[column] += 1

    def _refuse(self, what: str) -> None:
        msg = f"{self._where} {what}; restart the printer, or read it by another protocol (printer_ipp)"
        raise ProbeError(msg)
