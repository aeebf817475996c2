"""The store's tables, and how an older store becomes a newer one."""

TABLES = (
    "meta",
    "ticket",
    "incident",
    "note",
    "outbox",
    "tally",
    "history",
    "device_state",
    "supply_level",
    "desk_ticket",
    "outage_past",
    "maintenance",
    "maintenance_log",
    "stock",
    "roster",
    "stretch",
    "counted",
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
        """CREATE TABLE ticket (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            number TEXT NOT NULL UNIQUE,
            status TEXT NOT NULL CHECK (status IN ('new', 'open', 'taken', 'recovered', 'closed')),
            device TEXT NOT NULL, kind TEXT NOT NULL, label TEXT NOT NULL, role TEXT NOT NULL,
            responsible TEXT NOT NULL, asset TEXT NOT NULL,
            code TEXT NOT NULL, part TEXT NOT NULL, severity TEXT NOT NULL, actor TEXT NOT NULL,
            detail TEXT NOT NULL,
            opened REAL NOT NULL, recovered REAL, closed REAL, taken_by TEXT NOT NULL DEFAULT ''
        ) STRICT""",
        "CREATE INDEX ticket_status ON ticket (status, severity)",
        """CREATE TABLE incident (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            device TEXT NOT NULL, code TEXT NOT NULL, part TEXT NOT NULL,
            severity TEXT NOT NULL, actor TEXT NOT NULL, detail TEXT NOT NULL,
            started REAL NOT NULL, ended REAL,
            ticket TEXT NOT NULL REFERENCES ticket (number)
        ) STRICT""",
        "CREATE UNIQUE INDEX incident_standing ON incident (device, code, part) WHERE ended IS NULL",
        "CREATE INDEX incident_ticket ON incident (ticket)",
        """CREATE TABLE note (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            ticket TEXT NOT NULL REFERENCES ticket (number),
            at REAL NOT NULL, author TEXT NOT NULL, text TEXT NOT NULL
        ) STRICT""",
        "CREATE INDEX note_ticket ON note (ticket, id)",
        """CREATE TABLE outbox (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            ticket TEXT NOT NULL REFERENCES ticket (number),
            action TEXT NOT NULL,
            channel TEXT NOT NULL, address TEXT NOT NULL, role TEXT NOT NULL, language TEXT NOT NULL,
            state TEXT NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'tried', 'uncertain', 'sent', 'dead')),
            attempts INTEGER NOT NULL DEFAULT 0, resends INTEGER NOT NULL DEFAULT 0,
            message_id TEXT NOT NULL UNIQUE,
            created REAL NOT NULL, finished REAL,
            due REAL NOT NULL DEFAULT 0, boot TEXT NOT NULL DEFAULT '',
            last_error TEXT NOT NULL DEFAULT ''
        ) STRICT""",
        """CREATE INDEX outbox_unsent ON outbox (ticket, channel, address, id)
            WHERE state IN ('new', 'tried', 'uncertain')""",
        "CREATE INDEX outbox_state ON outbox (channel, state)",
        """CREATE TABLE tally (
            channel TEXT NOT NULL, outcome TEXT NOT NULL, count INTEGER NOT NULL,
            PRIMARY KEY (channel, outcome)
        ) STRICT""",
        """CREATE TABLE history (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            device TEXT NOT NULL, state TEXT NOT NULL, at REAL NOT NULL
        ) STRICT""",
        "CREATE TABLE device_state (device TEXT PRIMARY KEY, state TEXT NOT NULL, at REAL NOT NULL) STRICT",
    ),
    (
        """CREATE TABLE supply_level (
            device TEXT NOT NULL, supply TEXT NOT NULL, colour TEXT NOT NULL, type TEXT NOT NULL,
            at REAL NOT NULL, ratio REAL NOT NULL
        ) STRICT""",
        "CREATE INDEX supply_level_of ON supply_level (device, supply, colour, type)",
    ),
    (
        """CREATE TABLE desk_ticket (
            desk TEXT NOT NULL, ticket TEXT NOT NULL REFERENCES ticket (number),
            remote_id TEXT NOT NULL, url TEXT NOT NULL DEFAULT '',
            state TEXT NOT NULL DEFAULT 'open', person TEXT NOT NULL DEFAULT '',
            last_note INTEGER NOT NULL DEFAULT 0, polled REAL NOT NULL DEFAULT 0,
            PRIMARY KEY (desk, ticket)
        ) STRICT""",
    ),
    (
        "ALTER TABLE incident ADD COLUMN cause INTEGER",
        "CREATE INDEX incident_cause ON incident (cause) WHERE cause IS NOT NULL",
        "ALTER TABLE ticket ADD COLUMN impact TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE ticket ADD COLUMN shared_key TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE ticket ADD COLUMN reopened INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE ticket ADD COLUMN reopened_at REAL",
        "ALTER TABLE ticket ADD COLUMN changes INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE ticket ADD COLUMN wont_fix INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE ticket ADD COLUMN merged_into TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE ticket ADD COLUMN escalated INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE ticket ADD COLUMN owes INTEGER NOT NULL DEFAULT 0",
        "CREATE INDEX ticket_fault ON ticket (device, code, part)",
        "CREATE INDEX ticket_owes ON ticket (id) WHERE owes = 1",
        "CREATE INDEX outbox_ticket ON outbox (ticket, id)",
    ),
    (
        "ALTER TABLE outbox ADD COLUMN not_before REAL NOT NULL DEFAULT 0",
        "ALTER TABLE outbox ADD COLUMN digest INTEGER",
        "CREATE INDEX outbox_digest ON outbox (digest) WHERE digest IS NOT NULL",
    ),
    (
        "ALTER TABLE incident ADD COLUMN kind TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE incident ADD COLUMN seen_seconds REAL NOT NULL DEFAULT 0",
        "ALTER TABLE incident ADD COLUMN seen_at REAL",
        "ALTER TABLE incident ADD COLUMN unsure INTEGER NOT NULL DEFAULT 0",
        """UPDATE incident SET
            kind = coalesce((SELECT kind FROM ticket t WHERE t.device = incident.device LIMIT 1), ''),
            seen_seconds = max(0, coalesce(ended, started) - started)""",
        "CREATE INDEX incident_link ON incident (started) WHERE kind = 'link'",
        """CREATE TABLE outage_past (
            device TEXT NOT NULL, code TEXT NOT NULL, seconds REAL NOT NULL,
            PRIMARY KEY (device, code)
        ) STRICT""",
    ),
    (
        "ALTER TABLE ticket ADD COLUMN tasks TEXT NOT NULL DEFAULT ''",
        """CREATE TABLE maintenance (
            task TEXT NOT NULL, device TEXT NOT NULL, identity TEXT NOT NULL DEFAULT '',
            since REAL NOT NULL, known INTEGER NOT NULL DEFAULT 0, planned REAL,
            used TEXT NOT NULL DEFAULT '', asked REAL, why TEXT NOT NULL DEFAULT '',
            ticket TEXT NOT NULL DEFAULT '',
            PRIMARY KEY (task, device)
        ) STRICT""",
        """CREATE TABLE maintenance_log (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            at REAL NOT NULL, task TEXT NOT NULL, device TEXT NOT NULL,
            outcome TEXT NOT NULL, author TEXT NOT NULL, note TEXT NOT NULL, ticket TEXT NOT NULL DEFAULT ''
        ) STRICT""",
        """CREATE TABLE stock (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            item TEXT NOT NULL, at REAL NOT NULL, amount REAL NOT NULL,
            author TEXT NOT NULL, note TEXT NOT NULL
        ) STRICT""",
        "CREATE INDEX stock_item ON stock (item, id)",
    ),
    (
        "CREATE TABLE roster (id INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL UNIQUE) STRICT",
        """CREATE TABLE stretch (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            since REAL NOT NULL, until REAL NOT NULL, trusted INTEGER NOT NULL, roster INTEGER NOT NULL
        ) STRICT""",
        "ALTER TABLE history ADD COLUMN stretch INTEGER NOT NULL DEFAULT 0",
        "CREATE INDEX history_stretch ON history (stretch)",
        "CREATE INDEX history_device ON history (device)",
        """CREATE TABLE counted (
            device TEXT NOT NULL, counter TEXT NOT NULL, day INTEGER NOT NULL, used REAL NOT NULL, last REAL NOT NULL,
            PRIMARY KEY (device, counter, day)
        ) STRICT""",
    ),
    ("ALTER TABLE outbox ADD COLUMN interrupted INTEGER NOT NULL DEFAULT 0",),
)
"""Each entry leads from one schema version to the next, in one transaction. Released entries never change."""

VERSION = len(MIGRATIONS)
