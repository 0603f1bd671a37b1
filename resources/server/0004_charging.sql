-- What costs something and what is put in. One call is one charge: the account's row is locked, all is checked under it.
SET LOCAL ROLE metercalc_owner;

-- What a member can call sets the search_path; what is called from there alone does not set it again, which would cost as much
-- as what it does.

CREATE TYPE metercalc.entry AS (
    id bigint, request_id text, step int, seq bigint, operation text, operands text, response text, exact boolean,
    source text, amount bigint, user_balance bigint, date bigint, deleted_at bigint, expression text
);
CREATE TYPE metercalc.receipt AS (
    id bigint, request_id text, step int, seq bigint, operation text, operands text, response text, exact boolean,
    source text, amount bigint, user_balance bigint, date bigint, deleted_at bigint, expression text,
    balance bigint, repeated boolean, head_seq bigint, head_hash bytea
);

-- The account that asks, locked until the transaction ends: all that changes it waits here.
CREATE FUNCTION metercalc.lock_mine() RETURNS metercalc.account LANGUAGE plpgsql AS $$
DECLARE
    who account;
BEGIN
    -- A member can choose a snapshot of long ago, with the prices of then.
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        PERFORM fail('MC014', 'Ask for this in a transaction of READ COMMITTED.',
            jsonb_build_object('isolation', current_setting('transaction_isolation')));
    END IF;
    SELECT * INTO who FROM account WHERE role_name = session_user FOR NO KEY UPDATE;
    PERFORM check_account(who);
    RETURN who;
END $$;

CREATE FUNCTION metercalc.check_account(who metercalc.account) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF who.id IS NULL THEN
        PERFORM fail('MC004', 'This sign-in has no account in this ledger. Ask the administrator.');
    END IF;
    IF who.status <> 'active' THEN
        PERFORM fail('MC005', 'This account has been deactivated. Ask the administrator.');
    END IF;
END $$;

-- The account that asks, without a lock.
CREATE FUNCTION metercalc.mine() RETURNS metercalc.account LANGUAGE plpgsql STABLE AS $$
DECLARE
    who account;
BEGIN
    SELECT * INTO who FROM account WHERE role_name = session_user;
    PERFORM check_account(who);
    RETURN who;
END $$;

CREATE FUNCTION metercalc.admin() RETURNS metercalc.account LANGUAGE plpgsql STABLE AS $$
DECLARE
    who account := mine();
BEGIN
    IF who.role <> 'admin' THEN
        PERFORM fail('MC006', 'Only an administrator may do that.');
    END IF;
    RETURN who;
END $$;

-- Somebody's account by e-mail, locked.
CREATE FUNCTION metercalc.lock_account(email text) RETURNS metercalc.account LANGUAGE plpgsql AS $$
DECLARE
    who account;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        PERFORM fail('MC014', 'Ask for this in a transaction of READ COMMITTED.',
            jsonb_build_object('isolation', current_setting('transaction_isolation')));
    END IF;
    SELECT * INTO who FROM account WHERE username = email FOR NO KEY UPDATE;
    IF who.id IS NULL THEN
        PERFORM fail('MC010', format('There is no account with the e-mail %s.', email), jsonb_build_object('email', email));
    END IF;
    RETURN who;
END $$;

-- Write one record behind the account's last. The caller holds the account's row, and stores what comes back.
CREATE FUNCTION metercalc.append(
    INOUT who metercalc.account, keys metercalc.ledger, at bigint, request_id uuid, step int, operation text, price_id bigint,
    amount bigint, operands text, response text, expression text, exact boolean, source text
) LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
    id bigint := nextval('metercalc.record_number');
    request text := request_id;
BEGIN
    who.seq := who.seq + 1;
    who.balance := who.balance - amount;
    who.date := at;
    who.hash := digest(keys.inner_block, keys.outer_block,
        record_form(id, step, who.id, who.seq, amount, who.balance, exact, at, request, operation, source,
            operands, response, expression) || who.hash);
    INSERT INTO record VALUES (who.id, who.seq, id, price_id, amount, who.balance, at, NULL, request_id, step, 2, exact,
        operation, source, operands, response, expression, who.hash);
END $$;

CREATE FUNCTION metercalc.save(who metercalc.account) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE account SET balance = who.balance, seq = who.seq, hash = who.hash, date = who.date,
        journal_number = who.journal_number, journal_hash = who.journal_hash WHERE id = who.id;
END $$;

CREATE FUNCTION metercalc.receipts(who metercalc.account, request uuid, repeated boolean) RETURNS SETOF metercalc.receipt
    LANGUAGE sql STABLE AS $$
    SELECT r.id, r.request_id::text, r.step, r.seq, r.operation, r.operands, r.response, r.exact, r.source, r.amount,
        r.user_balance, r.date, r.deleted_at, r.expression, who.balance, repeated, who.seq, who.hash
    FROM metercalc.record AS r WHERE r.account_id = who.id AND r.request_id = request ORDER BY r.step
$$;

-- What a step of a charge says, checked. Raises MC008 and MC009.
CREATE FUNCTION metercalc.check_step(
    place int, operation text, operands text[], response text, exact boolean, source text
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF operation = 'random_string' THEN
        IF cardinality(operands) > 0 OR coalesce(response, '') = '' OR length(response) > 1000
            OR exact IS NOT TRUE OR source IS NULL OR source NOT IN ('random.org', 'local') THEN
            PERFORM fail('MC009', format('Step %s is no random string.', place), '{"what": "steps"}');
        END IF;
    ELSIF source IS DISTINCT FROM 'computed' OR follows(operation, operands, response, exact) IS NOT TRUE THEN
        PERFORM fail('MC008', format('The response of step %s does not follow from its operands.', place),
            jsonb_build_object('step', place));
    END IF;
END $$;

-- What a known request id stands for, compared with what is asked under it. Raises MC003.
CREATE FUNCTION metercalc.check_same(account_id bigint, request uuid, expression text, steps jsonb) RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_variable
BEGIN
    IF ARRAY(SELECT r.operation FROM record AS r WHERE r.account_id = account_id AND r.request_id = request ORDER BY r.step)
        IS DISTINCT FROM ARRAY(SELECT s.value ->> 'operation' FROM jsonb_array_elements(steps) WITH ORDINALITY AS s ORDER BY s.ordinality)
        OR NOT EXISTS (SELECT FROM record AS r WHERE r.account_id = account_id AND r.request_id = request
            AND r.step = jsonb_array_length(steps) AND r.expression = expression) THEN
        PERFORM fail('MC003', 'This request id was used for something else before.', jsonb_build_object('request_id', request));
    END IF;
END $$;

-- Why a charge is refused: the price of all of it first, then the balance. Called once something is known to be wrong.
CREATE FUNCTION metercalc.refuse_charge(steps jsonb, quoted bigint, max_cost bigint, balance bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    total bigint;
    known int;
BEGIN
    SELECT coalesce(sum(o.cost), 0), count(o.price_id) INTO total, known FROM jsonb_array_elements(steps) AS s(value)
        JOIN operation AS o ON o.type = s.value ->> 'operation' AND o.type <> 'credit';
    IF known <> jsonb_array_length(steps) THEN
        PERFORM fail('MC009', 'A step has an operation that this ledger does not know.', '{"what": "operation"}');
    END IF;
    PERFORM check_price(total, quoted, max_cost, balance);
    PERFORM fail('40001', 'A price was changed at this moment. Try again.');
END $$;

-- Every expression here is made ready anew in each transaction, and every call costs as much as a look-up: so the usual way
-- is written out, and functions are called for what went wrong.
CREATE FUNCTION metercalc.charge(request_id uuid, quoted bigint, max_cost bigint, expression text, steps jsonb)
    RETURNS SETOF metercalc.receipt LANGUAGE plpgsql SECURITY DEFINER SET search_path = metercalc, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    last int := CASE WHEN jsonb_typeof(steps) = 'array' THEN jsonb_array_length(steps) ELSE 0 END - 1;
    request text := request_id;
    made receipt;
    who_id bigint;
    status text;
    balance bigint;
    head_seq bigint;
    head_hash bytea;
    at bigint;
    inner_block bytea;
    outer_block bytea;
    durable text;
    known boolean;
    is_void boolean;
    one jsonb;
    operands text[];
    total bigint := 0;
    price bigint;
BEGIN
    IF request_id IS NULL OR expression IS NULL OR length(expression) > 10000 OR last NOT BETWEEN 0 AND 399 THEN
        PERFORM fail('MC009', 'A charge needs a request id, an expression and its steps.', '{"what": "charge"}');
    END IF;
    -- set_config: a member may have switched it off, and what is answered shall be what is kept.
    SELECT a.id, a.status, a.balance, a.seq, a.hash, a.date, l.inner_block, l.outer_block, set_config('synchronous_commit', 'on', true)
        INTO who_id, status, balance, head_seq, head_hash, at, inner_block, outer_block, durable
        FROM account AS a, ledger AS l WHERE a.role_name = session_user FOR NO KEY UPDATE OF a;
    IF status IS DISTINCT FROM 'active' OR current_setting('transaction_isolation') <> 'read committed' THEN
        PERFORM lock_mine();
    END IF;
    -- A statement of its own: it sees what was committed while this waited for the row.
    SELECT EXISTS (SELECT FROM record AS r WHERE r.account_id = who_id AND r.request_id = request_id),
        EXISTS (SELECT FROM voided AS v WHERE v.account_id = who_id AND v.request_id = request_id) INTO known, is_void;
    IF known THEN
        PERFORM check_same(who_id, request_id, expression, steps);
        RETURN QUERY SELECT * FROM receipts(mine(), request_id, true);
        RETURN;
    ELSIF is_void THEN
        PERFORM fail('MC007', 'This request was given up before, and is never charged.',
            jsonb_build_object('request_id', request_id));
    END IF;
    made.request_id := request;
    made.repeated := false;
    made.date := greatest(metercalc.now(), at);
    FOR place IN 0 .. last LOOP
        one := steps -> place;
        SELECT o.type, o.cost, o.price_id, nextval('metercalc.record_number') INTO made.operation, made.amount, price, made.id
            FROM operation AS o WHERE o.type = one ->> 'operation' AND o.type <> 'credit' AND o.cost <= balance;
        IF price IS NULL THEN
            PERFORM refuse_charge(steps, quoted, max_cost, balance + total);
        END IF;
        operands := CASE jsonb_array_length(one -> 'operands')
            WHEN 2 THEN ARRAY[one #>> '{operands,0}', one #>> '{operands,1}'] WHEN 1 THEN ARRAY[one #>> '{operands,0}']
            WHEN 0 THEN '{}' END;
        made.response := one ->> 'response';
        made.exact := (one ->> 'exact')::boolean;
        made.source := one ->> 'source';
        IF (made.exact AND made.source = 'computed' AND plainly_follows(made.operation, operands, made.response)) IS NOT TRUE THEN
            PERFORM check_step(place + 1, made.operation, operands, made.response, made.exact, made.source);
        END IF;
        total := total + made.amount;
        balance := balance - made.amount;
        head_seq := head_seq + 1;
        made.operands := operands_text(made.operation, operands);
        made.expression := CASE WHEN place = last THEN expression ELSE '' END;
        head_hash := digest(inner_block, outer_block, record_form(made.id, place + 1, who_id, head_seq, made.amount, balance,
            made.exact, made.date, request, made.operation, made.source, made.operands, made.response, made.expression) || head_hash);
        INSERT INTO record VALUES (who_id, head_seq, made.id, price, made.amount, balance, made.date, NULL, request_id, place + 1, 2,
            made.exact, made.operation, made.source, made.operands, made.response, made.expression, head_hash);
    END LOOP;
    IF total <> quoted OR total > max_cost THEN
        PERFORM refuse_charge(steps, quoted, max_cost, balance + total);
    END IF;
    UPDATE account AS a SET balance = balance, seq = head_seq, hash = head_hash, date = made.date WHERE a.id = who_id;
    IF last > 0 THEN
        RETURN QUERY SELECT * FROM receipts(mine(), request_id, false);
        RETURN;
    END IF;
    made.step := 1;
    made.seq := head_seq;
    made.user_balance := balance;
    made.balance := balance;
    made.head_seq := head_seq;
    made.head_hash := head_hash;
    RETURN NEXT made;
END $$;

-- Raises MC002 and MC001, in this order: nobody is told of a balance too low for a price that they never saw.
CREATE FUNCTION metercalc.check_price(cost bigint, quoted bigint, max_cost bigint, balance bigint) RETURNS void
    LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF cost <> quoted THEN
        PERFORM fail('MC002', 'The price has changed.',
            jsonb_build_object('cost', cost, 'quoted', quoted, 'limit', 'quoted'));
    ELSIF cost > max_cost THEN
        PERFORM fail('MC002', 'This costs more than was allowed.',
            jsonb_build_object('cost', cost, 'quoted', max_cost, 'limit', 'max_cost'));
    ELSIF cost > balance THEN
        PERFORM fail('MC001', 'The balance does not cover this.',
            jsonb_build_object('cost', cost, 'balance', balance, 'shortfall', cost - balance));
    END IF;
END $$;

CREATE FUNCTION metercalc.find(request_id uuid) RETURNS SETOF metercalc.receipt LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = metercalc, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT * FROM receipts(mine(), find.request_id, true);
END $$;

-- The end of the matter: what the request made, or no row, and then it can never make anything. A charge that is still on
-- its way holds the account's row, so that this waits for it.
CREATE FUNCTION metercalc.settle(request_id uuid, email text DEFAULT NULL) RETURNS SETOF metercalc.receipt LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = metercalc, pg_temp AS $$
#variable_conflict use_column
DECLARE
    who account;
BEGIN
    PERFORM set_config('synchronous_commit', 'on', true);
    IF email IS NULL THEN
        who := lock_mine();
    ELSE
        PERFORM admin();
        who := lock_account(email);
    END IF;
    IF settle.request_id IS NULL THEN
        PERFORM fail('MC009', 'A request id is missing.', '{"what": "request_id"}');
    END IF;
    RETURN QUERY SELECT * FROM receipts(who, settle.request_id, true);
    IF NOT FOUND THEN
        INSERT INTO voided VALUES (who.id, settle.request_id, metercalc.now()) ON CONFLICT DO NOTHING;
    END IF;
END $$;

CREATE FUNCTION metercalc.credit(email text, amount bigint, reason text, request_id uuid) RETURNS SETOF metercalc.receipt
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = metercalc, pg_temp AS $$
#variable_conflict use_column
DECLARE
    who account;
    keys ledger;
    found record;
BEGIN
    PERFORM set_config('synchronous_commit', 'on', true);
    PERFORM admin();
    IF credit.amount IS NULL OR credit.amount = 0 OR credit.amount NOT BETWEEN -1000000000000000 AND 1000000000000000
        OR reason IS NULL OR btrim(reason) = '' OR length(reason) > 200 OR credit.request_id IS NULL THEN
        PERFORM fail('MC009', 'A credit needs an amount, a reason of at most 200 characters and a request id.',
            '{"what": "credit"}');
    END IF;
    who := lock_account(email);
    SELECT count(*) AS count, bool_and(r.operation = 'credit' AND r.operands = reason AND r.amount = -credit.amount) AS same
        INTO found FROM record AS r WHERE r.account_id = who.id AND r.request_id = credit.request_id;
    IF found.count > 0 THEN
        IF NOT found.same THEN
            PERFORM fail('MC003', 'This request id was used for something else before.',
                jsonb_build_object('request_id', credit.request_id));
        END IF;
        RETURN QUERY SELECT * FROM receipts(who, credit.request_id, true);
        RETURN;
    END IF;
    IF EXISTS (SELECT FROM voided AS v WHERE v.account_id = who.id AND v.request_id = credit.request_id) THEN
        PERFORM fail('MC007', 'This request was given up before, and is never carried out.',
            jsonb_build_object('request_id', credit.request_id));
    END IF;
    IF who.balance + credit.amount > 1000000000000000 THEN
        PERFORM fail('MC016', 'The balance would be beyond what the ledger can hold.',
            jsonb_build_object('balance', who.balance));
    END IF;
    PERFORM check_price(-credit.amount, NULL, NULL, who.balance);
    SELECT * INTO keys FROM ledger;
    who := append(who, keys, greatest(metercalc.now(), who.date), credit.request_id, 1, 'credit', NULL, -credit.amount, reason,
        '', '', true, 'ledger');
    PERFORM save(who);
    RETURN QUERY SELECT * FROM receipts(who, credit.request_id, false);
END $$;

-- A price from now on. It is written down by whom; 0 is the configuration's, at installation.
CREATE FUNCTION metercalc.put_price(operation text, cost bigint, actor_id bigint) RETURNS bigint LANGUAGE plpgsql
    SET search_path = metercalc, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    made price;
BEGIN
    PERFORM FROM ledger FOR NO KEY UPDATE;
    IF cost IS NULL OR cost NOT BETWEEN 0 AND 1000000000000000 OR operation = 'credit'
        OR NOT EXISTS (SELECT FROM operation AS o WHERE o.type = operation) THEN
        PERFORM fail('MC009', 'This is no operation that can be priced, or no cost.', '{"what": "cost"}');
    END IF;
    SELECT coalesce(max(p.id), 0) + 1, operation, cost, 0, actor_id, greatest(metercalc.now(), max(p.date)) INTO made FROM price AS p;
    INSERT INTO price SELECT made.*;
    PERFORM note_for_all('price', 0, made.id, actor_id, made.date, '', price_state(made));
    UPDATE operation AS o SET cost = made.cost, price_id = made.id WHERE o.type = made.operation;
    RETURN made.id;
END $$;

CREATE FUNCTION metercalc.set_cost(operation text, cost bigint) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = metercalc, pg_temp AS $$
DECLARE
    who account := admin();
BEGIN
    RETURN put_price(operation, cost, who.id);
END $$;

-- Where a record of an account stands, NULL for one that is not the account's.
CREATE FUNCTION metercalc.seq_of(who metercalc.account, record_id bigint) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
    low bigint := 1;
    high bigint := who.seq;
    middle bigint;
    found bigint;
BEGIN
    WHILE low <= high LOOP
        middle := (low + high) / 2;
        SELECT r.id INTO found FROM metercalc.record AS r WHERE r.account_id = who.id AND r.seq = middle;
        IF found = record_id THEN
            RETURN middle;
        ELSIF found < record_id THEN
            low := middle + 1;
        ELSE
            high := middle - 1;
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

-- Hide records, or show them again; each is an entry of the account's own journal.
CREATE FUNCTION metercalc.mark_records(ids bigint[], hide boolean) RETURNS SETOF bigint LANGUAGE plpgsql
    SET search_path = metercalc, pg_temp AS $$
DECLARE
    who account := lock_mine();
    at bigint := greatest(metercalc.now(), who.date);
    one bigint;
    place bigint;
BEGIN
    IF cardinality(ids) > 100000 THEN
        PERFORM fail('MC009', 'At most 100,000 records at a time.', '{"what": "ids"}');
    END IF;
    FOR one IN SELECT i.id FROM unnest(ids) WITH ORDINALITY AS i(id, place) GROUP BY i.id ORDER BY min(i.place) LOOP
        place := seq_of(who, one);
        UPDATE record AS r SET deleted_at = CASE WHEN hide THEN at END
            WHERE r.account_id = who.id AND r.seq = place AND (r.deleted_at IS NULL) = hide;
        IF FOUND THEN
            who := note(who, CASE WHEN hide THEN 'deleted' ELSE 'restored' END, one, who.id, at, '', '');
            RETURN NEXT one;
        END IF;
    END LOOP;
    PERFORM save(who);
END $$;

CREATE FUNCTION metercalc.delete_records(ids bigint[]) RETURNS SETOF bigint LANGUAGE sql SECURITY DEFINER
    SET search_path = metercalc, pg_temp AS $$ SELECT mark_records(ids, true) $$;
CREATE FUNCTION metercalc.restore_records(ids bigint[]) RETURNS SETOF bigint LANGUAGE sql SECURITY DEFINER
    SET search_path = metercalc, pg_temp AS $$ SELECT mark_records(ids, false) $$;

GRANT EXECUTE ON FUNCTION metercalc.charge(uuid, bigint, bigint, text, jsonb), metercalc.find(uuid), metercalc.settle(uuid, text),
    metercalc.credit(text, bigint, text, uuid), metercalc.set_cost(text, bigint), metercalc.delete_records(bigint[]),
    metercalc.restore_records(bigint[]) TO metercalc_member;
