-- What administrators look at and do: people, deeds, what was used, files of credits. And what a person has spent.
SET LOCAL ROLE metercalc_owner;

-- The order in which entries came, over all chains: no chain holds it, and pages of deeds go by it alone.
ALTER TABLE metercalc.journal ADD COLUMN place bigint GENERATED ALWAYS AS IDENTITY;
CREATE INDEX journal_deed ON metercalc.journal (place) WHERE kind IN ('account', 'price', 'credit');
CREATE INDEX journal_person ON metercalc.journal (user_id, place) WHERE kind IN ('account', 'price', 'credit');

CREATE FUNCTION metercalc.administrators() RETURNS SETOF text LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = metercalc, pg_temp AS $$
BEGIN
    PERFORM mine();
    RETURN QUERY SELECT a.username FROM account AS a WHERE a.role = 'admin' AND a.status = 'active' ORDER BY a.username;
END $$;

-- Everybody, and when they last charged something or changed their own account.
CREATE FUNCTION metercalc.people() RETURNS TABLE (
    id bigint, username text, role text, status text, balance bigint, active_at bigint, one_time boolean
) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = metercalc, pg_temp AS $$
#variable_conflict use_column
BEGIN
    PERFORM admin();
    RETURN QUERY SELECT a.id, a.username, a.role, a.status, a.balance, greatest(
            (SELECT r.date FROM record AS r WHERE r.account_id = a.id AND r.operation <> 'credit' ORDER BY r.seq DESC LIMIT 1),
            (SELECT j.date FROM journal AS j WHERE j.user_id = a.id AND j.kind = 'account' AND j.detail <> 'imported'
                AND (j.actor_id = a.id OR j.detail = 'registered') ORDER BY j.place DESC LIMIT 1), 0), a.one_time
        FROM account AS a ORDER BY a.username;
END $$;

CREATE FUNCTION metercalc.usage(since bigint, until bigint) RETURNS TABLE (operation text, count bigint, amount bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = metercalc, pg_temp AS $$
#variable_conflict use_column
BEGIN
    PERFORM admin();
    RETURN QUERY SELECT r.operation, count(*), sum(r.amount)::bigint FROM record AS r
        WHERE r.date >= usage.since AND r.date < usage.until AND r.operation <> 'credit' GROUP BY r.operation;
END $$;

-- What administrators did to others, the newest first. A new account's first entry stands in its own journal and in chain 0.
CREATE FUNCTION metercalc.deeds(before bigint, take int) RETURNS TABLE (
    number bigint, date bigint, actor text, kind text, whom text, detail text, operation text, amount bigint, price_before bigint
) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = metercalc, pg_temp AS $$
#variable_conflict use_column
BEGIN
    PERFORM admin();
    RETURN QUERY SELECT d.place, d.date, coalesce(who.username, ''), d.kind, coalesce(whom.username, ''),
            coalesce(r.operands, d.detail), p.operation, coalesce(-r.amount, p.cost, 0),
            coalesce((SELECT b.cost FROM price AS b WHERE b.operation = p.operation AND b.id < p.id ORDER BY b.id DESC LIMIT 1), 0)
        FROM (
            SELECT j.* FROM journal AS j WHERE j.kind IN ('account', 'price', 'credit') AND j.actor_id <> 0
                AND j.place < coalesce(nullif(deeds.before, 0), 9223372036854775807)
                AND NOT (j.kind = 'account' AND j.actor_id = j.user_id
                    AND j.detail IN ('registered', 'password', 'password hashed anew', 'recovered', 'imported'))
                AND NOT (j.kind = 'account' AND j.chain = 0 AND EXISTS (SELECT FROM journal AS own
                    WHERE own.chain = -j.user_id AND own.number = 1 AND own.date = j.date AND own.detail = j.detail))
            ORDER BY j.place DESC LIMIT least(greatest(take, 0), 10000)) AS d
        LEFT JOIN account AS who ON who.id = d.actor_id LEFT JOIN account AS whom ON whom.id = d.user_id
        LEFT JOIN record AS r ON d.kind = 'credit' AND r.account_id = d.user_id AND r.seq = seq_of(whom, d.subject)
        LEFT JOIN price AS p ON d.kind = 'price' AND p.id = d.subject ORDER BY d.place DESC;
END $$;

-- One credit, once a request id. `again`: also under an id that was voided, for orders of a file, which are given again until
-- each line is done; a late arrival of an earlier try finds what was made.
CREATE FUNCTION metercalc.put_in(email text, amount bigint, reason text, request_id uuid, actor_id bigint, again boolean)
    RETURNS SETOF metercalc.receipt LANGUAGE plpgsql SET search_path = metercalc, pg_temp AS $$
#variable_conflict use_column
DECLARE
    who account;
    keys ledger;
    found record;
BEGIN
    IF put_in.amount IS NULL OR put_in.amount = 0 OR put_in.amount NOT BETWEEN -1000000000000000 AND 1000000000000000
        OR reason IS NULL OR btrim(reason) = '' OR length(reason) > 200 OR put_in.request_id IS NULL THEN
        PERFORM fail('MC009', 'A credit needs an amount, a reason of at most 200 characters and a request id.',
            '{"what": "credit"}');
    END IF;
    who := lock_account(email);
    SELECT count(*) AS count, bool_and(r.operation = 'credit' AND r.operands = reason AND r.amount = -put_in.amount) AS same
        INTO found FROM record AS r WHERE r.account_id = who.id AND r.request_id = put_in.request_id;
    IF found.count > 0 THEN
        IF NOT found.same THEN
            PERFORM fail('MC003', 'This request id was used for something else before.',
                jsonb_build_object('request_id', put_in.request_id));
        END IF;
        RETURN QUERY SELECT * FROM receipts(who, put_in.request_id, true);
        RETURN;
    END IF;
    IF NOT again AND EXISTS (SELECT FROM voided AS v WHERE v.account_id = who.id AND v.request_id = put_in.request_id) THEN
        PERFORM fail('MC007', 'This request was given up before, and is never carried out.',
            jsonb_build_object('request_id', put_in.request_id));
    END IF;
    IF who.balance + put_in.amount > 1000000000000000 THEN
        PERFORM fail('MC016', 'The balance would be beyond what the ledger can hold.',
            jsonb_build_object('balance', who.balance));
    END IF;
    PERFORM check_price(-put_in.amount, NULL, NULL, who.balance);
    SELECT * INTO keys FROM ledger;
    who := append(who, keys, greatest(metercalc.now(), who.date), put_in.request_id, 1, 'credit', NULL, -put_in.amount, reason,
        '', '', true, 'ledger');
    who := note(who, 'credit', currval('metercalc.record_number'), actor_id, who.date, '', '');
    PERFORM save(who);
    RETURN QUERY SELECT * FROM receipts(who, put_in.request_id, false);
END $$;

CREATE OR REPLACE FUNCTION metercalc.credit(email text, amount bigint, reason text, request_id uuid)
    RETURNS SETOF metercalc.receipt LANGUAGE plpgsql SECURITY DEFINER SET search_path = metercalc, pg_temp AS $$
BEGIN
    PERFORM set_config('synchronous_commit', 'on', true);
    RETURN QUERY SELECT * FROM put_in(email, amount, reason, request_id, (admin()).id, false);
END $$;

-- Orders, [{"email", "amount", "reason", "request_id"}, …]: all or none, a receipt each. DETAIL says which one was refused.
CREATE FUNCTION metercalc.credit_all(orders jsonb) RETURNS SETOF metercalc.receipt LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = metercalc, pg_temp AS $$
DECLARE
    actor account := admin();
    one record;
    state text;
    said text;
    told text;
BEGIN
    PERFORM set_config('synchronous_commit', 'on', true);
    -- In one order, whatever the file's: two who credit at once wait for each other, and neither for ever.
    PERFORM FROM account AS a WHERE a.username IN (SELECT o.value ->> 'email' FROM jsonb_array_elements(orders) AS o(value))
        ORDER BY a.id FOR NO KEY UPDATE;
    FOR one IN SELECT o.value AS wanted, o.place FROM jsonb_array_elements(orders) WITH ORDINALITY AS o(value, place)
            ORDER BY o.place LOOP
        RETURN QUERY SELECT * FROM put_in(one.wanted ->> 'email', (one.wanted ->> 'amount')::bigint, one.wanted ->> 'reason',
            (one.wanted ->> 'request_id')::uuid, actor.id, true);
    END LOOP;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, said = MESSAGE_TEXT, told = PG_EXCEPTION_DETAIL;
    IF state !~ '^MC' OR one IS NULL THEN
        RAISE;
    END IF;
    PERFORM fail(state, said, coalesce(nullif(told, ''), '{}')::jsonb || jsonb_build_object('order', one.place));
END $$;

-- Which of such orders were carried out, when; `same` is false where something else was done under the id.
CREATE FUNCTION metercalc.credited(orders jsonb) RETURNS TABLE (place bigint, date bigint, same boolean) LANGUAGE plpgsql STABLE
    SECURITY DEFINER SET search_path = metercalc, pg_temp AS $$
#variable_conflict use_column
BEGIN
    PERFORM admin();
    RETURN QUERY SELECT o.place, max(r.date), bool_and(r.operation = 'credit' AND r.operands = o.value ->> 'reason'
            AND r.amount = -(o.value ->> 'amount')::bigint)
        FROM jsonb_array_elements(orders) WITH ORDINALITY AS o(value, place) JOIN account AS a ON a.username = o.value ->> 'email'
        JOIN record AS r ON r.account_id = a.id AND r.request_id = (o.value ->> 'request_id')::uuid GROUP BY o.place;
END $$;

-- What was charged since a moment, deleted records too. Dates ascend with the sequence, but in imported accounts whose clock was
-- once set back: so where it begins is found by halving, and no more is read than what counts.
CREATE FUNCTION metercalc.spent(since bigint) RETURNS bigint LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = metercalc, pg_temp AS $$
DECLARE
    who account := mine();
    low bigint := 1;
    high bigint := CASE WHEN who.set_back THEN 0 ELSE who.seq END;
    middle bigint;
BEGIN
    WHILE low <= high LOOP
        middle := (low + high) / 2;
        IF EXISTS (SELECT FROM record AS r WHERE r.account_id = who.id AND r.seq = middle AND r.date < since) THEN
            low := middle + 1;
        ELSE
            high := middle - 1;
        END IF;
    END LOOP;
    RETURN coalesce((SELECT sum(r.amount) FROM record AS r
        WHERE r.account_id = who.id AND r.seq >= low AND r.date >= since AND r.operation <> 'credit'), 0);
END $$;

GRANT EXECUTE ON FUNCTION metercalc.administrators(), metercalc.people(), metercalc.usage(bigint, bigint),
    metercalc.deeds(bigint, int), metercalc.credit_all(jsonb), metercalc.credited(jsonb), metercalc.spent(bigint)
    TO metercalc_member;
DROP FUNCTION metercalc.reword(regprocedure, text, text);
