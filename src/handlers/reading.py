"""What reads the posts to a source's path."""

from collections.abc import Callable
from functools import partial

from handlers import api, clients
from pipeline.intake.access import Request
from pipeline.intake.body import Body
from pipeline.intake.senders import Sender, SourceSettings
from sources import doors, registry
from sources.inbound import Inbound

Reader = Callable[[Request, Sender], Body]


def of_source(request: Request) -> Reader:
    """What reads the posts to this path. Raises BadRequest if it is not a source's."""
    if request.door is not None:
        return partial(_read, doors.wire_of(request.door).read)
    read = registry.reader(request.source) if request.source else None
    if read is None:
        raise api.nothing_here()
    return partial(_read, read)


def _read(read: registry.Reader, request: Request, sender: Sender) -> Body:
    source = request.source or ""
    settings = sender.sources.get(source, SourceSettings())
    now = clients.now()
    return read(
        Inbound(request.body, request.headers, settings, now, source, request.method, request.url, request.path)
    )
