"""The stacks that the template makes, by what the parameter Destinations says."""

from local.template import Template

WORDS = ("Roku", "Rokt")  # what belongs to a destination has its word in its name
CHOICES = ("roku", "rokt", "roku,rokt")  # the values of the parameter


def on(template: Template) -> list[str]:
    """The words of the destinations that this stack has."""
    chosen = template.parameters["Destinations"].split(",")
    return [word for word in WORDS if word.lower() in chosen]


def of_each(template: Template, *names: str) -> list[str]:
    """The names with the word of each of the stack's destinations in the place of {}, in order."""
    return sorted(name.format(word) for name in names for word in on(template))


class Names(dict[str, str]):
    """Every resource's Ref and attributes, as words that say which they are."""

    def __init__(self, template: Template) -> None:
        attributes = ["", ".Arn", ".QueueName", ".Version"]
        super().__init__({name + end: f"<{name}{end}>" for name in template.resources for end in attributes})
