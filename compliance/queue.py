"""The queue in the private folder: Celery's filesystem transport, with messages that are whole or not there.

The transport as it comes writes a message in the place where the worker looks for it, takes it out by way of the
machine's shared temporary folder, and ends the worker over a message that it reads half-written. Here a message gets
its name when it is whole, never leaves the private folder, and one that cannot be read is left out: the row in the
database is the truth, and the round takes it up.
"""

from __future__ import annotations

import logging
import os
import time
from pathlib import Path
from queue import Empty
from typing import Any
from uuid import uuid4

from kombu.transport import filesystem
from kombu.utils.json import dumps, loads

log = logging.getLogger("probanda.work")


class Channel(filesystem.Channel):
    """Messages as files `PLACE_ID.QUEUE.msg`, taken in the order of their names."""

    def _put(self, queue: str, payload: Any, **_: Any) -> None:  # type: ignore[override]
        folder = Path(self.data_folder_out)
        new = folder / f"{uuid4().hex}.new"
        new.write_text(dumps(payload), encoding="utf-8")
        new.replace(folder / f"{time.time_ns():020d}_{uuid4().hex}.{queue}.msg")

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        for name in sorted(os.listdir(self.data_folder_in)):
            if name.partition(".")[2] != f"{queue}.msg":
                continue
            taken = Path(self.control_folder) / f"{uuid4().hex}.taken"
            try:
                Path(self.data_folder_in, name).replace(taken)  # of two workers, one gets it
                text = taken.read_text(encoding="utf-8")
                taken.unlink()
                return loads(text)
            except FileNotFoundError:
                continue
            except ValueError:
                log.warning("A message that cannot be read was left out; what it spoke of waits for the next round.")
        raise Empty


class Transport(filesystem.Transport):
    """Looks for messages four times a second: a person who waits does not notice, nor does the processor."""

    Channel = Channel
    polling_interval = 0.25
