"""The options of `relay keys add` that say how a sender writes times, amounts, phone numbers and places."""

from typing import Annotated

import typer

from pipeline.values.moments import DateOrder
from pipeline.values.written_amounts import AmountsIn

TimeZone = Annotated[
    str | None, typer.Option(help="The zone of the sender's times without one, such as America/New_York.")
]
Order = Annotated[
    DateOrder | None, typer.Option(help="What comes first in its dates such as 03/04/2026, the month or the day.")
]
Country = Annotated[
    str | None, typer.Option(help="The country of phone numbers and places that name none, such as GB.")
]
Amounts = Annotated[
    AmountsIn | None, typer.Option(help="How it writes amounts: minor_units (cents), or decimal_comma (1.234,50).")
]
