"""What the hourly check of senders costs a month, item by item (the parameter WatchSenders)."""

from math import ceil

from bench import prices
from bench.cost import INGEST_LOG, Setting


def watching(posts_a_day: float, streams: int, setting: Setting) -> dict[str, float]:
    """Dollars a month of the hourly check of senders, of so many senders times event names.

    An hour's log is searched once. An item is at most 10 KB, written and read each hour; a run takes 10 s at most,
    and says two lines; it has two alarms and a metric.
    """
    hours = 30 * 24
    line = setting.platform_log + INGEST_LOG
    return {
        "searching the log": 30 * posts_a_day * line / 1e9 * prices.LOGS_SEARCHED_GB,
        "items written": hours * streams * 10 * prices.DYNAMODB_WRITE,
        "items read": hours * streams * ceil(10 / 4) * prices.DYNAMODB_READ / 2,
        "Lambda": hours * (prices.LAMBDA_REQUEST + 10 * setting.memory_mb / 1_024 * prices.LAMBDA_GB_SECOND),
        "logs": hours * 1_000 / 1e9 * prices.LOGS_GB,
        "alarms and metric": 2 * prices.ALARM + prices.METRIC,
    }
