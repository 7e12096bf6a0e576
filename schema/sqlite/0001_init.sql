-- kepu's tables. Times (_ms) are milliseconds UTC; local times are text with the event's tz beside them.
-- Sealed columns hold what crypto_seal made; _index columns a keyed hash to find them by.

CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The plan as data -------------------------------------------------------------------------------------------------

CREATE TABLE department (
    slug TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    title_en TEXT NOT NULL,
    aliases TEXT NOT NULL,              -- separated by line feeds
    position INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE category (
    slug TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    title_en TEXT NOT NULL,
    color TEXT NOT NULL,
    position INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE audience (
    slug TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    title_en TEXT NOT NULL,
    position INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE venue (
    slug TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    title_en TEXT NOT NULL,
    address TEXT NOT NULL,
    latitude TEXT NOT NULL,             -- decimal degrees as text, '' = unknown
    longitude TEXT NOT NULL,
    position INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE unit (
    slug TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    kind TEXT NOT NULL,
    version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE preset (
    slug TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    title_en TEXT NOT NULL,
    position INTEGER NOT NULL,
    body TEXT NOT NULL,                 -- the preset's own JSON, as in seeds/presets.json
    version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE plan (
    slug TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    title_en TEXT NOT NULL,
    start_date TEXT NOT NULL,
    end_date TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'closed')),
    version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE section (
    plan TEXT NOT NULL REFERENCES plan (slug),
    id TEXT NOT NULL,
    title TEXT NOT NULL,
    title_en TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (plan, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE section_department (
    plan TEXT NOT NULL,
    section TEXT NOT NULL,
    duty TEXT NOT NULL CHECK (duty IN ('lead', 'partner')),
    department TEXT NOT NULL,           -- a department's slug, or '*' for all
    position INTEGER NOT NULL,
    PRIMARY KEY (plan, section, duty, department),
    FOREIGN KEY (plan, section) REFERENCES section (plan, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE indicator (
    plan TEXT NOT NULL REFERENCES plan (slug),
    slug TEXT NOT NULL,
    title TEXT NOT NULL,
    title_en TEXT NOT NULL,
    unit TEXT NOT NULL,
    measure TEXT NOT NULL,
    period TEXT NOT NULL,
    per TEXT NOT NULL,                  -- what coverage is counted over
    section TEXT NOT NULL,
    target_milli INTEGER NOT NULL,
    position INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (plan, slug)
) STRICT, WITHOUT ROWID;

CREATE TABLE target_entry (
    id INTEGER PRIMARY KEY,
    plan TEXT NOT NULL,
    indicator TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('record', 'set')),
    amount_milli INTEGER NOT NULL,
    of_milli INTEGER,
    at TEXT NOT NULL,                   -- a date
    name TEXT NOT NULL,
    level TEXT NOT NULL,
    note TEXT NOT NULL,
    who TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    FOREIGN KEY (plan, indicator) REFERENCES indicator (plan, slug)
) STRICT;
CREATE INDEX target_entry_indicator ON target_entry (plan, indicator, id);

CREATE TABLE holiday (
    date TEXT NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('published', 'local')),
    off INTEGER NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (date, source)
) STRICT, WITHOUT ROWID;

-- Events -----------------------------------------------------------------------------------------------------------

CREATE TABLE event (
    id INTEGER PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    uid TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    category TEXT NOT NULL,
    lead TEXT NOT NULL,
    venue TEXT NOT NULL,                -- a venue's slug, or any text
    start_local TEXT NOT NULL,
    end_local TEXT NOT NULL,
    all_day INTEGER NOT NULL,
    tz TEXT NOT NULL,
    rrule TEXT NOT NULL,                -- '' = happens once
    start_is_extra INTEGER NOT NULL,    -- 1: the start is an instance although no rule matches it (an import's)
    holiday_policy TEXT NOT NULL,
    unit TEXT NOT NULL,
    preset TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('confirmed', 'tentative', 'cancelled')),
    reason TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    version INTEGER NOT NULL,
    split_from TEXT,
    stored_until TEXT NOT NULL,         -- occurrence rows exist up to this local time
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX event_category ON event (category);
CREATE INDEX event_split ON event (split_from);

CREATE TABLE event_partner (
    event_id INTEGER NOT NULL REFERENCES event (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    slug TEXT NOT NULL,
    PRIMARY KEY (event_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE event_audience (
    event_id INTEGER NOT NULL REFERENCES event (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    slug TEXT NOT NULL,
    PRIMARY KEY (event_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE event_indicator (
    event_id INTEGER NOT NULL REFERENCES event (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    slug TEXT NOT NULL,
    PRIMARY KEY (event_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE event_date (
    event_id INTEGER NOT NULL REFERENCES event (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('rdate', 'exdate')),
    local TEXT NOT NULL,
    PRIMARY KEY (event_id, kind, local)
) STRICT, WITHOUT ROWID;

CREATE TABLE event_role (
    event_id INTEGER NOT NULL REFERENCES event (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    capacity INTEGER NOT NULL,
    minimum INTEGER NOT NULL,
    participant INTEGER NOT NULL,
    PRIMARY KEY (event_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE occurrence (
    id INTEGER PRIMARY KEY,
    event_id INTEGER NOT NULL REFERENCES event (id) ON DELETE CASCADE,
    recurrence_id TEXT NOT NULL,        -- the original start, local
    start_local TEXT NOT NULL,
    end_local TEXT NOT NULL,
    start_ms INTEGER NOT NULL,
    end_ms INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('scheduled', 'tentative', 'moved', 'cancelled')),
    title TEXT,                         -- NULL: the event's
    description TEXT,
    venue TEXT,
    own_roles INTEGER NOT NULL,         -- 1: its roles are no longer the event's
    reason TEXT NOT NULL,
    headcount INTEGER,
    headcount_note TEXT NOT NULL,
    moves INTEGER NOT NULL,             -- how often it was moved
    sequence INTEGER NOT NULL,          -- 0: never changed by itself
    cancelled_ms INTEGER,
    updated_ms INTEGER NOT NULL,
    version INTEGER NOT NULL,
    UNIQUE (event_id, recurrence_id)
) STRICT;
CREATE INDEX occurrence_start ON occurrence (start_ms);
CREATE INDEX occurrence_event_start ON occurrence (event_id, start_ms);

-- taken = confirmed + offered: what UPDATE … WHERE taken < capacity guards.
CREATE TABLE occurrence_role (
    occurrence_id INTEGER NOT NULL REFERENCES occurrence (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    capacity INTEGER NOT NULL,
    minimum INTEGER NOT NULL,
    participant INTEGER NOT NULL,
    taken INTEGER NOT NULL,
    offered INTEGER NOT NULL,
    waitlisted INTEGER NOT NULL,
    PRIMARY KEY (occurrence_id, name)
) STRICT, WITHOUT ROWID;

-- People -----------------------------------------------------------------------------------------------------------

CREATE TABLE volunteer (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,             -- the name as it is compared
    phone_sealed BLOB NOT NULL,
    phone_index BLOB NOT NULL,
    email_sealed BLOB,
    org TEXT NOT NULL,
    source TEXT NOT NULL,
    town TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('active', 'resting', 'erased')),
    consent_ms INTEGER,
    consent_version TEXT NOT NULL,
    consent_basis TEXT NOT NULL CHECK (consent_basis IN ('consent', 'organisation')),
    link_hash BLOB,                     -- of the token of the person's page
    feed_hash BLOB,                     -- of the token of the person's calendar
    minutes INTEGER NOT NULL,           -- of service, approved
    created_ms INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX volunteer_person ON volunteer (phone_index, name_key) WHERE status <> 'erased';
CREATE INDEX volunteer_status ON volunteer (status, created_ms);
CREATE UNIQUE INDEX volunteer_link ON volunteer (link_hash);
CREATE UNIQUE INDEX volunteer_feed ON volunteer (feed_hash);

CREATE TABLE volunteer_skill (
    volunteer_id INTEGER NOT NULL REFERENCES volunteer (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    skill TEXT NOT NULL,
    PRIMARY KEY (volunteer_id, skill)
) STRICT, WITHOUT ROWID;

-- Of volunteers under 14: who answers for them, and when they agreed.
CREATE TABLE guardian (
    volunteer_id INTEGER PRIMARY KEY REFERENCES volunteer (id) ON DELETE CASCADE,
    name_sealed BLOB NOT NULL,
    phone_sealed BLOB NOT NULL,
    consent_ms INTEGER NOT NULL,
    consent_version TEXT NOT NULL
) STRICT;

CREATE TABLE signup (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    volunteer_id INTEGER NOT NULL REFERENCES volunteer (id),
    occurrence_id INTEGER NOT NULL REFERENCES occurrence (id),
    role TEXT NOT NULL,
    state TEXT NOT NULL
        -- written out, for SQLite builds a table each time for IN with more than two values
        CHECK (state = 'confirmed' OR state = 'waitlisted' OR state = 'offered' OR state = 'cancelled'
            OR state = 'attended' OR state = 'no_show' OR state = 'excused'),
    place INTEGER NOT NULL,             -- order in the waiting list
    link_hash BLOB,                     -- of the token of this sign-up's own page
    checked_in_ms INTEGER,
    checked_out_ms INTEGER,
    minutes INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX signup_once ON signup (occurrence_id, role, volunteer_id) WHERE state <> 'cancelled';
CREATE INDEX signup_queue ON signup (occurrence_id, role, state, place);
CREATE INDEX signup_volunteer ON signup (volunteer_id);
CREATE UNIQUE INDEX signup_link ON signup (link_hash);

-- Telling people ---------------------------------------------------------------------------------------------------

CREATE TABLE channel (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    url_sealed BLOB NOT NULL,
    secret_sealed BLOB,
    secret_old_sealed BLOB,             -- valid too, during a rotation
    secret_old_until_ms INTEGER,
    keyword TEXT NOT NULL,
    lang TEXT NOT NULL,
    allow_private INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('enabled', 'paused')),
    reason TEXT NOT NULL,               -- why it is paused
    breaker_until_ms INTEGER,           -- the vendor asked for silence until then
    last_success_ms INTEGER,
    last_error TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT;

CREATE TABLE channel_filter (
    channel_id INTEGER NOT NULL REFERENCES channel (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('category', 'lead', 'audience')),
    slug TEXT NOT NULL,
    PRIMARY KEY (channel_id, kind, slug)
) STRICT, WITHOUT ROWID;

CREATE TABLE reminder (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    event_id INTEGER REFERENCES event (id) ON DELETE CASCADE,
    category TEXT,                      -- both NULL: every event
    kind TEXT NOT NULL,
    offset_ms INTEGER NOT NULL,         -- from the start; negative = before
    template TEXT NOT NULL,
    every_channel INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT;
CREATE INDEX reminder_event ON reminder (event_id);

CREATE TABLE reminder_channel (
    reminder_id INTEGER NOT NULL REFERENCES reminder (id) ON DELETE CASCADE,
    channel_id INTEGER NOT NULL REFERENCES channel (id) ON DELETE CASCADE,
    PRIMARY KEY (reminder_id, channel_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE delivery (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    identity TEXT NOT NULL UNIQUE,      -- kind, rule, subject and channel: one delivery is one identity
    channel_id INTEGER REFERENCES channel (id) ON DELETE SET NULL,
    channel_name TEXT NOT NULL,
    reminder_id INTEGER REFERENCES reminder (id) ON DELETE SET NULL,
    kind TEXT NOT NULL,
    event_id INTEGER REFERENCES event (id) ON DELETE SET NULL,
    occurrence_id INTEGER REFERENCES occurrence (id) ON DELETE SET NULL,
    role TEXT NOT NULL,
    moves INTEGER NOT NULL,             -- how often the occurrence had been moved when this was last dated
    text TEXT NOT NULL,                 -- a notice's own words
    due_ms INTEGER NOT NULL,
    deadline_ms INTEGER NOT NULL,
    state TEXT NOT NULL
        CHECK (state = 'scheduled' OR state = 'sending' OR state = 'retrying' OR state = 'ambiguous'
            OR state = 'delivered' OR state = 'expired' OR state = 'cancelled' OR state = 'superseded'
            OR state = 'failed'),
    next_ms INTEGER,                    -- when it wants attention; NULL in a final state and while sending
    attempts INTEGER NOT NULL,
    reason TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    final_ms INTEGER
) STRICT;
CREATE INDEX delivery_next ON delivery (next_ms) WHERE next_ms IS NOT NULL;
CREATE INDEX delivery_occurrence ON delivery (occurrence_id, state);
CREATE INDEX delivery_channel ON delivery (channel_id, state);
CREATE INDEX delivery_due ON delivery (due_ms);

CREATE TABLE attempt (
    delivery_id INTEGER NOT NULL REFERENCES delivery (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    took_ms INTEGER,                    -- NULL until the outcome is known
    status INTEGER,                     -- HTTP's
    outcome TEXT CHECK (outcome IN ('ok', 'retry', 'permanent', 'unknown')),
    reason TEXT NOT NULL,
    PRIMARY KEY (delivery_id, number)
) STRICT, WITHOUT ROWID;

-- Who did what -----------------------------------------------------------------------------------------------------

CREATE TABLE token (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    hash BLOB NOT NULL UNIQUE,
    role TEXT NOT NULL CHECK (role IN ('admin', 'organizer', 'viewer')),
    department TEXT NOT NULL,
    expires_ms INTEGER,
    last_used_ms INTEGER,
    created_ms INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT;

CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    who TEXT NOT NULL,
    operation TEXT NOT NULL,
    object TEXT NOT NULL,
    detail TEXT NOT NULL,
    request TEXT NOT NULL
) STRICT;
CREATE INDEX audit_object ON audit (object, id);

-- What a request id was answered with, so that a repeated request is answered the same and done once.
CREATE TABLE request (
    id TEXT PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    operation TEXT NOT NULL,
    answer_sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX request_at ON request (at_ms);
