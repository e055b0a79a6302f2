"""The stacks that the template makes, by the switches DeliverToRoku and DeliverToRokt."""

from destinations import NAMES, load
from local.template import Template

WORDS = tuple(load(name).title for name in NAMES)  # what belongs to a destination has its word in its name
CHOICES: dict[str, dict[str, str]] = {  # the switches of each; without a word it is Roku alone
    "roku": {},
    "rokt": {"DeliverToRoku": "false", "DeliverToRokt": "true"},
    "both": {"DeliverToRokt": "true"},
}
# Whatever a stack can have.
ALL = CHOICES["both"] | {
    "AlarmEmail": "operator@example.com",
    "MonthlyBudget": "100",
    "QuietHours": "12",
    "WatchSenders": "true",
    "DomainName": "events.example.com",
    "CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/1",
}


def on(template: Template) -> list[str]:
    """The words of the destinations that this stack has."""
    return [word for word in WORDS if template.parameters[f"DeliverTo{word}"] == "true"]


def of_each(template: Template, *names: str) -> list[str]:
    """The names with the word of each of the stack's destinations in the place of {}, in order."""
    return sorted(name.format(word) for name in names for word in on(template))


class Names(dict[str, str]):
    """Every resource's Ref and attributes, as words that say which they are."""

    def __init__(self, template: Template) -> None:
        attributes = ["", ".Arn", ".QueueName", ".RegionalDomainName"]
        super().__init__({name + end: f"<{name}{end}>" for name in template.resources for end in attributes})
