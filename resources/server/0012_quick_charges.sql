-- A charge with five eighths of the work: what is made ready anew in each transaction is what a charge costs, and not
-- what it does. docs/scaling.md has the figures.
SET LOCAL ROLE metercalc_owner;

-- Each statement that writes reads a table's CHECKs from their stored text and makes them ready: they were 28 % of a charge.
-- What they said of a record and of an account is proved by `verify`; nobody but the functions here can write.
ALTER TABLE metercalc.record DROP CONSTRAINT record_check;
ALTER TABLE metercalc.account DROP CONSTRAINT account_check, ADD CHECK (balance >= 0);

-- A name for what a request that was charged before runs into.
ALTER TABLE metercalc.record ADD CONSTRAINT record_request UNIQUE USING INDEX record_request;

-- Whether any request of the account was voided, so that a charge need not look: it has its account's row anyhow. Whoever voids
-- one holds that row; by a trigger, since a `settle` that waited for this upgrade goes on as it was.
ALTER TABLE metercalc.account ADD COLUMN has_voided boolean NOT NULL DEFAULT false;
UPDATE metercalc.account AS a SET has_voided = true WHERE EXISTS (SELECT FROM metercalc.voided AS v WHERE v.account_id = a.id);
CREATE FUNCTION metercalc.mark_voided() RETURNS trigger LANGUAGE plpgsql SET search_path = metercalc, pg_temp AS $$
BEGIN
    UPDATE account AS a SET has_voided = true WHERE a.id = NEW.account_id AND NOT a.has_voided;
    RETURN NULL;
END $$;
CREATE TRIGGER voided_marked AFTER INSERT ON metercalc.voided FOR EACH ROW EXECUTE FUNCTION metercalc.mark_voided();

-- As it was, with the new column.
CREATE OR REPLACE FUNCTION metercalc.add_account(
    email text, role_name text, salt text, iterations int, role text, starting_balance bigint, actor_id bigint,
    what text DEFAULT 'registered'
) RETURNS metercalc.account LANGUAGE plpgsql SET search_path = metercalc, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    who account;
    keys ledger;
    at bigint := metercalc.now();
BEGIN
    SELECT * INTO keys FROM ledger FOR NO KEY UPDATE;
    who.id := (SELECT coalesce(max(a.id), 0) + 1 FROM account AS a);
    who := ROW(who.id, role_name, email, 'active', role, 1, 0, 0, genesis(who.id), at, false, 0, genesis(-who.id), salt,
        iterations, what = 'invited', false, false);
    INSERT INTO account SELECT who.*;
    PERFORM note_for_all('account', who.id, who.id, actor_id, at, what, account_state(who));
    who := note(who, 'account', who.id, actor_id, at, what, account_state(who));
    who := append(who, keys, at, gen_random_uuid(), 1, 'credit', NULL, -starting_balance, 'Starting balance', '', '', true, 'ledger');
    PERFORM save(who);
    RETURN who;
END $$;

-- Every expression here is made ready anew in each transaction, all branches of a CASE too, at some 2,500 instructions an
-- operator: so the usual way is written out, each thing is looked at once, and what is rare, each look at a table
-- above all, stands behind an IF of its own.
CREATE OR REPLACE FUNCTION metercalc.charge(request_id uuid, quoted bigint, max_cost bigint, expression text, steps jsonb)
    RETURNS SETOF metercalc.receipt LANGUAGE plpgsql SECURITY DEFINER SET search_path = metercalc, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    last int := CASE WHEN jsonb_typeof(steps) = 'array' THEN jsonb_array_length(steps) ELSE 0 END - 1;
    request text := request_id;
    who_id bigint;
    status text;
    has_voided boolean;
    had bigint;
    balance bigint;
    seq bigint;
    hash bytea;
    at bigint;
    inner_block bytea;
    outer_block bytea;
    durable text;
    total bigint := 0;
    done int := 0;
    one jsonb;
    id bigint;
    operation text;
    cost bigint;
    price bigint;
    count int;
    x text;
    y text;
    operands text;
    response text;
    exact boolean;
    source text;
    whole text;
    given text[];
BEGIN
    IF request_id IS NULL OR expression IS NULL OR length(expression) > 10000 OR last NOT BETWEEN 0 AND 399 THEN
        PERFORM fail('MC009', 'A charge needs a request id, an expression and its steps.', '{"what": "charge"}');
    END IF;
    -- set_config: a member may have switched it off, and what is answered shall be what is kept.
    SELECT a.id, CASE WHEN a.one_time THEN 'due' ELSE a.status END, a.has_voided, a.balance, a.balance, a.seq, a.hash, a.date,
            l.inner_block, l.outer_block, set_config('synchronous_commit', 'on', true)
        INTO who_id, status, has_voided, had, balance, seq, hash, at, inner_block, outer_block, durable
        FROM account AS a, ledger AS l WHERE a.role_name = session_user FOR NO KEY UPDATE OF a;
    IF status IS DISTINCT FROM 'active' OR current_setting('transaction_isolation') <> 'read committed' THEN
        PERFORM lock_mine();
    END IF;
    -- From here on each statement sees what was committed while this waited for the row.
    IF has_voided THEN
        IF EXISTS (SELECT FROM voided AS v WHERE v.account_id = who_id AND v.request_id = request_id) THEN
            PERFORM fail('MC007', 'This request was given up before, and is never charged.',
                jsonb_build_object('request_id', request_id));
        END IF;
    END IF;
    at := greatest(metercalc.now(), at);
    FOR place IN 0 .. last LOOP
        one := steps -> place;
        SELECT o.type, o.cost, o.price_id, nextval('metercalc.record_number'), balance - o.cost, seq + 1, total + o.cost,
                one ->> 'response', (one ->> 'exact')::boolean, one ->> 'source', jsonb_array_length(one -> 'operands'),
                one #>> '{operands,0}', one #>> '{operands,1}', NULL, CASE WHEN place = last THEN expression ELSE '' END
            INTO operation, cost, price, id, balance, seq, total, response, exact, source, count, x, y, operands, whole
            FROM operation AS o WHERE o.type = one ->> 'operation' AND o.cost <= balance;
        EXIT WHEN price IS NULL;
        -- What nearly every step is: two short plain numbers and their sum, difference or product, read with one look.
        IF exact AND source = 'computed' AND count = 2 AND length(x) + length(y) + length(response) < 100
            AND x || ' ' || y || ' ' || response || ' ' ~ '^((0|-?(0\.[0-9]*[1-9]|[1-9][0-9]*(\.[0-9]*[1-9])?)) ){3}$' THEN
            IF operation = 'addition' AND x::numeric + y::numeric = response::numeric THEN
                operands := x || ' + ' || y;
            ELSIF operation = 'subtraction' AND x::numeric - y::numeric = response::numeric THEN
                operands := x || ' − ' || y;
            ELSIF operation = 'multiplication' AND x::numeric * y::numeric = response::numeric THEN
                operands := x || ' × ' || y;
            END IF;
        END IF;
        IF operands IS NULL THEN
            given := CASE count WHEN 2 THEN ARRAY[x, y] WHEN 1 THEN ARRAY[x] WHEN 0 THEN '{}' END;
            PERFORM check_step(place + 1, operation, given, response, exact, source);
            operands := operands_text(operation, given);
        END IF;
        hash := digest(inner_block, outer_block, record_form(
            id, place + 1, who_id, seq, cost, balance, exact, at, request, operation, source, operands, response, whole) || hash);
        INSERT INTO record VALUES (who_id, seq, id, price, cost, balance, at, NULL, request_id, place + 1, 2, exact, operation, source,
            operands, response, whole, hash)
            ON CONFLICT ON CONSTRAINT record_request DO NOTHING;
        EXIT WHEN NOT FOUND;
        done := place + 1;
    END LOOP;
    IF done <= last THEN
        IF done = 0 AND EXISTS (SELECT FROM record AS r WHERE r.account_id = who_id AND r.request_id = request_id) THEN
            PERFORM check_same(who_id, request_id, expression, steps);
            RETURN QUERY SELECT * FROM receipts(mine(), request_id, true);
            RETURN;
        END IF;
        PERFORM refuse_charge(steps, quoted, max_cost, had);
    ELSIF total <> quoted OR total > max_cost THEN
        PERFORM refuse_charge(steps, quoted, max_cost, had);
    END IF;
    UPDATE account AS a SET balance = balance, seq = seq, hash = hash, date = at WHERE a.id = who_id;
    IF last > 0 THEN
        RETURN QUERY SELECT * FROM receipts(mine(), request_id, false);
        RETURN;
    END IF;
    RETURN NEXT ROW(id, request, 1, seq, operation, operands, response, exact, source, cost, balance, at, NULL, whole,
        balance, false, seq, hash)::receipt;
END $$;
DROP FUNCTION metercalc.plainly_follows(text, text[], text);
