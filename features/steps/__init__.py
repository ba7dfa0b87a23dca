"""What the words of the features do: one module per topic, each step thin."""

TOPICS = (
    *("record", "lookups", "medicines", "messages", "work", "interface", "accesslog", "people"),
    *("documents", "origins", "migration"),
    *("register", "elsewhere", "notifications", "agencies"),
    *("record", "lookups", "documents", "origins", "medicines", "messages", "work", "interface", "accesslog", "people"),
    *("register", "elsewhere", "notifications", "agencies", "helsenorge"),
    *("contacts", "children", "treatment", "acute", "plans", "outside", "mobile", "capacity", "cases", "indicators"),
    *(
        "sources",
        "access",
        "citizens",
        "prescribing",
        "relations",
        "receipts",
        "prescriptions",
        "laboratory",
        "operation",
        "attack",
        "change",
        "common_list",
        "mixes",
        "addressing",
    ),
)
