-- The tables, and who may see what of them. Nobody but metercalc_owner writes, and it only through its functions.
SET LOCAL ROLE metercalc_owner;

-- One row: what this ledger is. The key is public to those who can sign in; its padded blocks spare an HMAC half its work.
CREATE TABLE metercalc.ledger (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    id uuid NOT NULL,
    name text COLLATE "C" NOT NULL CHECK (name <> ''),
    key bytea NOT NULL CHECK (octet_length(key) = 32),
    inner_block bytea NOT NULL CHECK (octet_length(inner_block) = 64),
    outer_block bytea NOT NULL CHECK (octet_length(outer_block) = 64),
    made_at bigint NOT NULL,
    starting_balance bigint NOT NULL CHECK (starting_balance BETWEEN 0 AND 1000000000000000),
    minimum_iterations int NOT NULL DEFAULT 100000 CHECK (minimum_iterations >= 1)
);

CREATE TABLE metercalc.operation (
    type text COLLATE "C" PRIMARY KEY,
    cost bigint NOT NULL CHECK (cost >= 0),
    price_id bigint
);

-- A price holds until the next one of its operation. `from_record` is 0 but in prices that an embedded store brought.
CREATE TABLE metercalc.price (
    id bigint PRIMARY KEY CHECK (id >= 1),
    operation text COLLATE "C" NOT NULL REFERENCES metercalc.operation (type),
    cost bigint NOT NULL CHECK (cost >= 0),
    from_record bigint NOT NULL,
    user_id bigint NOT NULL,
    date bigint NOT NULL
);

-- `seq`, `hash` and `date` are those of the last record, the journal's two those of the account's own journal: a charge
-- has all that it builds on in the row that it locks. `salt` and `iterations` are parts of the password's verifier.
CREATE TABLE metercalc.account (
    id bigint PRIMARY KEY,
    role_name name COLLATE "C" NOT NULL UNIQUE,
    username text COLLATE "C" NOT NULL UNIQUE,
    status text COLLATE "C" NOT NULL,
    role text COLLATE "C" NOT NULL,
    generation int NOT NULL,
    balance bigint NOT NULL,
    seq bigint NOT NULL,
    hash bytea NOT NULL,
    date bigint NOT NULL,
    set_back boolean NOT NULL DEFAULT false,
    journal_number bigint NOT NULL,
    journal_hash bytea NOT NULL,
    salt text COLLATE "C" NOT NULL,
    iterations int NOT NULL,
    -- One constraint, since each is read and made ready anew by every statement that writes.
    CHECK (balance BETWEEN 0 AND 1000000000000000 AND id >= 1 AND generation >= 1 AND seq >= 0 AND journal_number >= 0
        AND octet_length(hash) = 32 AND octet_length(journal_hash) = 32 AND username <> ''
        AND status IN ('active', 'inactive') AND role IN ('user', 'admin'))
) WITH (fillfactor = 50);  -- so that a charge's update finds room in the page, and touches no index

-- No foreign keys: account and price were read, the account under lock, in the statement before, and no row of theirs
-- ever goes. Each would cost a charge two more look-ups and a lock; `verify` proves them instead.
CREATE TABLE metercalc.record (
    account_id bigint NOT NULL,
    seq bigint NOT NULL,
    id bigint NOT NULL,
    price_id bigint,
    amount bigint NOT NULL,
    user_balance bigint NOT NULL,
    date bigint NOT NULL,
    deleted_at bigint,
    request_id uuid NOT NULL,
    step int NOT NULL,
    form smallint NOT NULL,
    exact boolean NOT NULL,
    operation text COLLATE "C" NOT NULL,
    source text COLLATE "C" NOT NULL,
    operands text COLLATE "C" NOT NULL,
    response text COLLATE "C" NOT NULL,
    expression text COLLATE "C" NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (account_id, seq),
    CHECK (user_balance >= 0 AND seq >= 1 AND id >= 1 AND step >= 1 AND form >= 2 AND octet_length(hash) = 32
        AND source IN ('computed', 'random.org', 'local', 'ledger') AND (price_id IS NULL) = (operation = 'credit'))
);
CREATE UNIQUE INDEX record_request ON metercalc.record (account_id, request_id, step);
-- None by id: within an account ids ascend with the sequence, and are found by halving (`seq_of`). Each index costs every
-- charge; this one would be asked for deletions alone.
CREATE INDEX record_deleted ON metercalc.record (account_id, seq) WHERE deleted_at IS NOT NULL;
CREATE SEQUENCE metercalc.record_number OWNED BY metercalc.record.id;

-- Chain 0 has prices and registrations; chain -ID what became of an account and of its records.
CREATE TABLE metercalc.journal (
    chain bigint NOT NULL CHECK (chain <= 0),
    number bigint NOT NULL CHECK (number >= 1),
    user_id bigint NOT NULL,
    subject bigint NOT NULL,
    actor_id bigint NOT NULL,
    date bigint NOT NULL,
    kind text COLLATE "C" NOT NULL CHECK (kind <> ''),
    detail text COLLATE "C" NOT NULL,
    state bytea NOT NULL,
    hash bytea NOT NULL CHECK (octet_length(hash) = 32),
    PRIMARY KEY (chain, number)
);

-- Requests that can never be charged any more: somebody was told that they were not.
CREATE TABLE metercalc.voided (
    account_id bigint NOT NULL,
    request_id uuid NOT NULL,
    date bigint NOT NULL,
    PRIMARY KEY (account_id, request_id)
);

INSERT INTO metercalc.operation (type, cost) VALUES
    ('addition', 0), ('subtraction', 0), ('multiplication', 0), ('division', 0), ('square_root', 0),
    ('random_string', 0), ('credit', 0);

-- A guard against slips of the owner's own hand; what a determined owner does, `verify` and remembered heads find.
CREATE FUNCTION metercalc.refuse_change() RETURNS trigger LANGUAGE plpgsql
    SET search_path = metercalc, pg_temp AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'MC015', MESSAGE = format('Rows of %s are append-only.', TG_TABLE_NAME);
END $$;
CREATE TRIGGER record_stays BEFORE DELETE OR TRUNCATE ON metercalc.record
    FOR EACH STATEMENT EXECUTE FUNCTION metercalc.refuse_change();
CREATE TRIGGER record_unchanged BEFORE UPDATE OF account_id, seq, id, price_id, amount, user_balance, date, request_id, step,
    form, exact, operation, source, operands, response, expression, hash ON metercalc.record
    FOR EACH STATEMENT EXECUTE FUNCTION metercalc.refuse_change();
CREATE TRIGGER price_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON metercalc.price
    FOR EACH STATEMENT EXECUTE FUNCTION metercalc.refuse_change();
CREATE TRIGGER journal_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON metercalc.journal
    FOR EACH STATEMENT EXECUTE FUNCTION metercalc.refuse_change();
CREATE TRIGGER voided_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON metercalc.voided
    FOR EACH STATEMENT EXECUTE FUNCTION metercalc.refuse_change();
CREATE TRIGGER account_stays BEFORE DELETE OR TRUNCATE ON metercalc.account
    FOR EACH STATEMENT EXECUTE FUNCTION metercalc.refuse_change();

-- Who asks: the account of the role that signed in, while it is active. Neither SET ROLE nor an argument changes that.
CREATE FUNCTION metercalc.me() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = metercalc, pg_temp AS $$
    SELECT id FROM metercalc.account WHERE role_name = session_user AND status = 'active'
$$;
GRANT EXECUTE ON FUNCTION metercalc.me() TO metercalc_member;

DO $$
DECLARE
    found text;
BEGIN
    FOREACH found IN ARRAY ARRAY['ledger', 'operation', 'price', 'account', 'record', 'journal', 'voided', 'version'] LOOP
        EXECUTE format('ALTER TABLE metercalc.%I ENABLE ROW LEVEL SECURITY', found);
        EXECUTE format('ALTER TABLE metercalc.%I FORCE ROW LEVEL SECURITY', found);
        EXECUTE format(
            'CREATE POLICY by_functions ON metercalc.%I TO metercalc_owner USING (true) WITH CHECK (true)', found);
    END LOOP;
END $$;
-- (SELECT …): worked out once a statement, not once a row.
CREATE POLICY own ON metercalc.account FOR SELECT TO metercalc_member USING (id = (SELECT metercalc.me()));
CREATE POLICY own ON metercalc.record FOR SELECT TO metercalc_member USING (account_id = (SELECT metercalc.me()));
CREATE POLICY own ON metercalc.journal FOR SELECT TO metercalc_member USING (chain = -(SELECT metercalc.me()));
CREATE POLICY own ON metercalc.voided FOR SELECT TO metercalc_member USING (account_id = (SELECT metercalc.me()));
CREATE POLICY everybody ON metercalc.operation FOR SELECT TO metercalc_member USING ((SELECT metercalc.me()) IS NOT NULL);
CREATE POLICY everybody ON metercalc.price FOR SELECT TO metercalc_member USING ((SELECT metercalc.me()) IS NOT NULL);
GRANT SELECT ON metercalc.account, metercalc.record, metercalc.journal, metercalc.voided, metercalc.operation, metercalc.price
    TO metercalc_member;
