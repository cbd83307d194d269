-- What a buyer wants, and for how much. Amounts are exact, so they are text.
CREATE TABLE IF NOT EXISTS purchase (
    number INTEGER PRIMARY KEY,
    token TEXT NOT NULL UNIQUE, -- names the order in URLs; nobody can guess it
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    unit_price TEXT NOT NULL,
    price TEXT NOT NULL,
    currency TEXT NOT NULL,
    paid_by TEXT REFERENCES checkout (reference)
) STRICT;

-- Each call that creates a session, written down before it is made.
--   asked for   nobody knows yet what became of the call
--   open        the session is known, and the buyer was sent there
--   lost        the answer did not come: perhaps there is a session, but nobody has its link
--   not made    there is none
CREATE TABLE IF NOT EXISTS checkout (
    reference TEXT PRIMARY KEY,
    purchase INTEGER NOT NULL REFERENCES purchase (number),
    state TEXT NOT NULL CHECK (state IN ('asked for', 'open', 'lost', 'not made')),
    asked_at INTEGER NOT NULL, -- seconds since the Unix epoch, as all times here
    session_id TEXT UNIQUE,
    url TEXT, -- for the buyer alone
    expires_at INTEGER
) STRICT;

CREATE INDEX IF NOT EXISTS checkout_of_purchase ON checkout (purchase);

-- Which order paid for what. A refund and a dispute name the order, and seldom the reference.
CREATE TABLE IF NOT EXISTS paid_order (
    order_id TEXT PRIMARY KEY,
    purchase INTEGER NOT NULL REFERENCES purchase (number)
) STRICT;

-- What is to be packed: each purchase once.
CREATE TABLE IF NOT EXISTS parcel (
    purchase INTEGER PRIMARY KEY REFERENCES purchase (number)
) STRICT;

-- What somebody has to look at.
CREATE TABLE IF NOT EXISTS alarm (
    about TEXT NOT NULL,
    why TEXT NOT NULL,
    UNIQUE (about, why)
) STRICT;
