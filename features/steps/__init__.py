"""What the words of the features do: one module per topic, each step thin."""

TOPICS = ("record", "lookups", "medicines", "messages", "work", "interface", "accesslog", "people")
