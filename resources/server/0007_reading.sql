-- Looking at one's own records. Filters become a condition here, with the account in every WHERE: a policy alone would keep
-- searches from their indexes.
SET LOCAL ROLE metercalc_owner;

-- A text as texts are compared: without case, and without regard to how an accent is stored.
DO $$
BEGIN
    IF current_setting('server_version_num')::int >= 180000 THEN
        EXECUTE $f$CREATE FUNCTION metercalc.folded(t text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
            'SELECT CASE WHEN octet_length(t) = length(t) THEN lower(t COLLATE "C")
                ELSE normalize(casefold(normalize(t, NFD) COLLATE pg_unicode_fast), NFC) COLLATE "C" END'$f$;
    ELSIF current_setting('server_version_num')::int >= 170000 THEN
        EXECUTE $f$CREATE FUNCTION metercalc.folded(t text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
            'SELECT CASE WHEN octet_length(t) = length(t) THEN lower(t COLLATE "C")
                ELSE normalize(lower(normalize(t, NFD) COLLATE pg_c_utf8), NFC) COLLATE "C" END'$f$;
    ELSE  -- what the database's own locale knows of letters
        EXECUTE $f$CREATE FUNCTION metercalc.folded(t text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
            'SELECT normalize(lower(normalize(t COLLATE "default", NFD)), NFC)'$f$;
    END IF;
END $$;

CREATE FUNCTION metercalc.plain_money(amount bigint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN amount < 0 THEN '-' ELSE '' END || abs(amount) / 100 || '.' || lpad((abs(amount) % 100)::text, 2, '0')
$$;
CREATE FUNCTION metercalc.shown_money(amount bigint, signed boolean) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN amount < 0 THEN '−' WHEN signed AND amount > 0 THEN '+' ELSE '' END
        || to_char(abs(amount) / 100, 'FM999,999,999,999,990') || '.' || lpad((abs(amount) % 100)::text, 2, '0')
$$;

-- How far the person's clock was ahead of UTC at a moment: as SQL, from [[until, offset], …].
CREATE FUNCTION metercalc.offset_of(filters jsonb) RETURNS text LANGUAGE plpgsql IMMUTABLE SET search_path = metercalc, pg_temp AS $$
DECLARE
    found text := '';
    last bigint := 0;
    one jsonb;
BEGIN
    FOR one IN SELECT * FROM jsonb_array_elements(coalesce(filters -> 'offsets', '[]')) LOOP
        last := (one ->> 1)::bigint;
        found := found || format(' WHEN r.date < %s THEN %s', (one ->> 0)::bigint, last);
    END LOOP;
    RETURN CASE WHEN found = '' THEN '0' ELSE format('(CASE%s ELSE %s END)', found, last) END;
END $$;

-- Whether one text stands in anything that is shown of a record. What cannot stand in a number or a date is not looked for there.
CREATE FUNCTION metercalc.contains(wanted text, local_offset text) RETURNS text LANGUAGE plpgsql STABLE
    SET search_path = metercalc, pg_temp AS $$
DECLARE
    text_form text := folded(wanted);
    letters text := E'r.operands || \'\x1f\' || r.response || \'\x1f\' || r.expression';
    found text;
    named text;
BEGIN
    IF wanted ~ E'[\x1f]' THEN
        RETURN 'false';
    END IF;
    -- Only what has letters is folded, and only other letters than ASCII need it done by the Unicode Standard: also where
    -- ASCII is looked for, since ß is ss.
    IF text_form ~ '[^\x01-\x7f×÷√−±≈]' THEN
        letters := 'metercalc.folded(' || letters || ')';
    ELSIF text_form ~ '[a-z]' THEN
        letters := format('CASE WHEN translate(%1$s, ''×÷√−±≈'', '''') ~ ''[^\x01-\x7f]'' THEN metercalc.folded(%1$s)
            ELSE lower((%1$s) COLLATE "C") END', letters);
    END IF;
    found := format('position(%L IN %s) > 0', text_form, letters);
    IF text_form ~ '^[-+−0-9.,]+$' THEN
        found := found || format(' OR position(%1$L IN metercalc.shown_money(-r.amount, true)) > 0
            OR position(%1$L IN metercalc.plain_money(-r.amount)) > 0
            OR position(%1$L IN metercalc.shown_money(r.user_balance, false)) > 0', text_form);
    END IF;
    IF text_form ~ '^[-0-9: ]+$' AND length(text_form) <= 19 THEN
        found := found || format(' OR position(%L IN to_char(to_timestamp((r.date + %s) / 1000000) AT TIME ZONE ''UTC'',
            ''YYYY-MM-DD HH24:MI:SS'')) > 0', text_form, local_offset);
    END IF;
    SELECT string_agg(quote_literal(o.type), ', ') INTO named FROM operation AS o
        WHERE position(text_form IN replace(o.type, '_', ' ')) > 0;
    RETURN '(' || found || coalesce(' OR r.operation IN (' || named || ')', '') || ')';
END $$;

CREATE FUNCTION metercalc.refuse_filter(what text) RETURNS void LANGUAGE plpgsql IMMUTABLE SET search_path = metercalc, pg_temp AS $$
BEGIN
    PERFORM metercalc.fail('MC017', format('This ledger knows no %s.', what), jsonb_build_object('what', what));
END $$;

-- Filters as a condition on `metercalc.record AS r`, values quoted. Raises MC017 for what it does not know.
CREATE FUNCTION metercalc.conditions(filters jsonb) RETURNS text LANGUAGE plpgsql STABLE SET search_path = metercalc, pg_temp AS $$
DECLARE
    given jsonb := coalesce(filters, '{}');
    found text[] := '{}';
    parts text[] := '{}';
    one text;
BEGIN
    FOR one IN SELECT jsonb_object_keys(given) LOOP
        IF one NOT IN ('search', 'operations', 'since', 'until', 'least', 'most', 'trash', 'more', 'offsets', 'hidden') THEN
            PERFORM refuse_filter('filter ' || one);
        END IF;
    END LOOP;
    IF coalesce(given -> 'more', '[]') NOT IN ('[]', '{}', 'null') THEN
        PERFORM refuse_filter('filter ' || (given ->> 'more'));
    END IF;
    IF given ->> 'hidden' IS NOT NULL AND given ->> 'hidden' <> 'both' THEN
        PERFORM refuse_filter('filter hidden');
    END IF;
    IF coalesce((given ->> 'trash')::boolean, false) THEN
        found := found || 'r.deleted_at IS NOT NULL'::text;
    ELSIF given ->> 'hidden' IS NULL THEN
        found := found || 'r.deleted_at IS NULL'::text;
    END IF;
    FOR one IN SELECT * FROM jsonb_array_elements_text(coalesce(given -> 'search', '[]')) LOOP
        IF one <> '' THEN
            parts := parts || contains(one, offset_of(given));
        END IF;
    END LOOP;
    IF cardinality(parts) > 0 THEN
        found := found || ('(' || array_to_string(parts, ' OR ') || ')');
    END IF;
    IF jsonb_array_length(coalesce(given -> 'operations', '[]')) > 0 THEN
        SELECT found || ('r.operation IN (' || string_agg(quote_literal(value), ', ') || ')') INTO found
            FROM jsonb_array_elements_text(given -> 'operations');
    END IF;
    found := found || ARRAY[
        'r.date >= ' || (given ->> 'since')::bigint, 'r.date < ' || (given ->> 'until')::bigint,
        '-r.amount >= ' || (given ->> 'least')::bigint, '-r.amount <= ' || (given ->> 'most')::bigint];
    RETURN coalesce(nullif(array_to_string(found, ' AND '), ''), 'true');
END $$;

-- A result's place among results: numbers by their worth, then everything else.
CREATE FUNCTION metercalc.number_key(response text) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN length(response) < 12000 AND response ~ '^-?[0-9]+(\.[0-9]+)?(e-?[0-9][0-9]?[0-9]?[0-9]?)?$'
        THEN response::numeric END
$$;

CREATE FUNCTION metercalc.ordering(who metercalc.account, sort text, descending boolean) RETURNS text LANGUAGE plpgsql STABLE
    SET search_path = metercalc, pg_temp AS $$
DECLARE
    keys text[];
BEGIN
    keys := CASE sort
        WHEN 'date' THEN CASE WHEN who.set_back THEN ARRAY['r.date'] ELSE ARRAY[]::text[] END
        WHEN 'operation' THEN ARRAY['r.operation']
        WHEN 'operands' THEN ARRAY['r.operands']
        WHEN 'response' THEN ARRAY['metercalc.number_key(r.response)', 'r.response']
        WHEN 'amount' THEN ARRAY['r.amount']
        WHEN 'balance' THEN ARRAY['r.user_balance'] END;
    IF keys IS NULL THEN
        PERFORM refuse_filter('order ' || coalesce(sort, 'without a name'));
    END IF;
    RETURN array_to_string(keys || 'r.seq'::text, CASE WHEN descending THEN ' DESC, ' ELSE ', ' END)
        || CASE WHEN descending THEN ' DESC' ELSE '' END;
END $$;

CREATE FUNCTION metercalc.entry_columns() RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT 'r.id, r.request_id::text, r.step, r.seq, r.operation, r.operands, r.response, r.exact, r.source, r.amount,
        r.user_balance, r.date, r.deleted_at, r.expression'
$$;


CREATE FUNCTION metercalc.records(
    filters jsonb, sort text, descending boolean, skip bigint, take int, total bigint DEFAULT NULL
) RETURNS SETOF metercalc.entry LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = metercalc, pg_temp AS $$
DECLARE
    who account := mine();
    condition text := conditions(filters);
    from_end boolean := total IS NOT NULL AND take IS NOT NULL AND skip > total / 2;
    rows bigint := coalesce(take, 9223372036854775807);
    leave bigint := greatest(coalesce(skip, 0), 0);
    live bigint;
    first bigint;
BEGIN
    IF sort = 'date' AND NOT who.set_back AND condition = 'r.deleted_at IS NULL' THEN
        -- Sequences have no gap: which one is the n-th that is not deleted is counted among the deleted alone.
        SELECT who.seq - count(*) INTO live FROM record AS r WHERE r.account_id = who.id AND r.deleted_at IS NOT NULL;
        leave := CASE WHEN descending THEN live - leave ELSE leave + 1 END;
        SELECT leave + count(*) INTO first FROM (
            SELECT r.seq - row_number() OVER (ORDER BY r.seq) AS before FROM record AS r
                WHERE r.account_id = who.id AND r.deleted_at IS NOT NULL) AS hidden WHERE hidden.before < leave;
        condition := condition || format(' AND r.seq %s %s', CASE WHEN descending THEN '<=' ELSE '>=' END, first);
        leave := 0;
        from_end := false;
    END IF;
    IF from_end THEN
        rows := least(rows, greatest(0, total - leave));
        leave := total - leave - rows;
        RETURN QUERY EXECUTE format(
            'SELECT * FROM (SELECT %s FROM metercalc.record AS r WHERE r.account_id = $1 AND %s ORDER BY %s LIMIT $2 OFFSET $3) AS r (
                id, request_id, step, seq, operation, operands, response, exact, source, amount, user_balance, date, deleted_at,
                expression) ORDER BY %s',
            entry_columns(), condition, ordering(who, sort, NOT descending), ordering(who, sort, descending))
            USING who.id, rows, leave;
    ELSE
        RETURN QUERY EXECUTE format(
            'SELECT %s FROM metercalc.record AS r WHERE r.account_id = $1 AND %s ORDER BY %s LIMIT $2 OFFSET $3',
            entry_columns(), condition, ordering(who, sort, descending)) USING who.id, rows, leave;
    END IF;
END $$;

CREATE FUNCTION metercalc.records_slice(
    filters jsonb, after_seq bigint, upto_seq bigint, take int, descending boolean DEFAULT false
) RETURNS SETOF metercalc.entry LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = metercalc, pg_temp AS $$
DECLARE
    who account := mine();
BEGIN
    RETURN QUERY EXECUTE format(
        'SELECT %s FROM metercalc.record AS r WHERE r.account_id = $1 AND r.seq > $2 AND r.seq <= $3 AND %s ORDER BY r.seq %s LIMIT $4',
        entry_columns(), conditions(filters), CASE WHEN descending THEN 'DESC' ELSE 'ASC' END)
        USING who.id, after_seq, upto_seq, take;
END $$;

CREATE FUNCTION metercalc.sums(filters jsonb) RETURNS TABLE (operation text, count bigint, taken bigint) LANGUAGE plpgsql STABLE
    SECURITY DEFINER SET search_path = metercalc, pg_temp AS $$
DECLARE
    who account := mine();
BEGIN
    RETURN QUERY EXECUTE format(
        'SELECT r.operation, count(*), sum(r.amount)::bigint FROM metercalc.record AS r WHERE r.account_id = $1 AND %s GROUP BY 1 ORDER BY 1',
        conditions(filters)) USING who.id;
END $$;

CREATE FUNCTION metercalc.trash_count() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = metercalc, pg_temp AS $$
    SELECT count(*) FROM record AS r WHERE r.account_id = (mine()).id AND r.deleted_at IS NOT NULL
$$;

CREATE FUNCTION metercalc.was_set_back() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = metercalc, pg_temp AS $$ SELECT (mine()).set_back $$;

CREATE FUNCTION metercalc.days(filters jsonb, after_seq bigint, upto_seq bigint)
    RETURNS TABLE (day bigint, operation text, count bigint, taken bigint, first_seq bigint, last_seq bigint) LANGUAGE plpgsql STABLE
    SECURITY DEFINER SET search_path = metercalc, pg_temp AS $$
DECLARE
    who account := mine();
BEGIN
    RETURN QUERY EXECUTE format(
        'SELECT (r.date + %s) / 86400000000, r.operation, count(*), sum(r.amount)::bigint, min(r.seq), max(r.seq)
            FROM metercalc.record AS r WHERE r.account_id = $1 AND r.seq > $2 AND r.seq <= $3 AND %s GROUP BY 1, 2 ORDER BY 1, 2',
        offset_of(filters), conditions(filters)) USING who.id, after_seq, upto_seq;
END $$;

CREATE FUNCTION metercalc.balance_points(filters jsonb, first_seq bigint, width bigint, after_seq bigint, upto_seq bigint)
    RETURNS TABLE (seq bigint, low bigint, high bigint, date bigint, user_balance bigint) LANGUAGE plpgsql STABLE
    SECURITY DEFINER SET search_path = metercalc, pg_temp AS $$
#variable_conflict use_column
DECLARE
    who account := mine();
BEGIN
    RETURN QUERY EXECUTE format(
        'SELECT p.seq, p.low, p.high, e.date, e.user_balance FROM (
            SELECT max(r.seq) AS seq, min(r.user_balance) AS low, max(r.user_balance) AS high FROM metercalc.record AS r
                WHERE r.account_id = $1 AND r.seq > $4 AND r.seq <= $5 AND %s GROUP BY (r.seq - $2) / greatest($3, 1)) AS p
            JOIN metercalc.record AS e ON e.account_id = $1 AND e.seq = p.seq ORDER BY p.seq',
        conditions(filters)) USING who.id, first_seq, width, after_seq, upto_seq;
END $$;

CREATE FUNCTION metercalc.period_sums(since bigint, until bigint, after_seq bigint, upto_seq bigint)
    RETURNS TABLE (place int, operation text, count bigint, amount bigint, first_seq bigint, last_seq bigint) LANGUAGE plpgsql STABLE
    SECURITY DEFINER SET search_path = metercalc, pg_temp AS $$
#variable_conflict use_column
DECLARE
    who account := mine();
BEGIN
    RETURN QUERY SELECT (r.date >= since)::int + (r.date >= until)::int, r.operation, count(*), sum(r.amount)::bigint,
            min(r.seq), max(r.seq)
        FROM record AS r WHERE r.account_id = who.id AND r.seq > after_seq AND r.seq <= upto_seq GROUP BY 1, 2 ORDER BY 1, 2;
END $$;

CREATE FUNCTION metercalc.prices_now() RETURNS jsonb LANGUAGE sql STABLE SET search_path = metercalc, pg_temp AS $$
    SELECT jsonb_object_agg(type, cost) FROM operation WHERE type <> 'credit'
$$;

CREATE FUNCTION metercalc.account() RETURNS TABLE (
    id bigint, username text, role text, status text, balance bigint, generation int, seq bigint, hash bytea,
    journal_number bigint, journal_hash bytea, prices jsonb, salt text, iterations int
) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = metercalc, pg_temp AS $$
DECLARE
    who account := mine();
BEGIN
    RETURN QUERY SELECT who.id, who.username, who.role, who.status, who.balance, who.generation, who.seq, who.hash,
        who.journal_number, who.journal_hash, prices_now(), who.salt, who.iterations;
END $$;

CREATE FUNCTION metercalc.pulse() RETURNS TABLE (seq bigint, journal_number bigint, price_id bigint, generation int) LANGUAGE plpgsql
    STABLE SECURITY DEFINER SET search_path = metercalc, pg_temp AS $$
DECLARE
    who account := mine();
BEGIN
    RETURN QUERY SELECT who.seq, who.journal_number, (SELECT max(o.price_id) FROM operation AS o), who.generation;
END $$;

CREATE FUNCTION metercalc.prices() RETURNS TABLE (
    id bigint, operation text, cost bigint, from_record bigint, user_id bigint, date bigint
) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = metercalc, pg_temp AS $$
BEGIN
    PERFORM mine();
    RETURN QUERY SELECT p.id, p.operation, p.cost, p.from_record, p.user_id, p.date FROM price AS p ORDER BY p.id;
END $$;

CREATE FUNCTION metercalc.schema_version() RETURNS int LANGUAGE sql STABLE SECURITY DEFINER SET search_path = metercalc, pg_temp AS $$
    SELECT max(number) FROM version
$$;

CREATE FUNCTION metercalc.ledger() RETURNS TABLE (
    id uuid, name text, key bytea, version int, clock bigint, made_at bigint, starting_balance bigint, self_registration boolean
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = metercalc, pg_temp AS $$
    SELECT l.id, l.name, l.key, schema_version(), metercalc.now(), l.made_at, l.starting_balance, false
    FROM ledger AS l WHERE me() IS NOT NULL
$$;

GRANT EXECUTE ON FUNCTION metercalc.records(jsonb, text, boolean, bigint, int, bigint),
    metercalc.records_slice(jsonb, bigint, bigint, int, boolean), metercalc.sums(jsonb), metercalc.trash_count(),
    metercalc.was_set_back(), metercalc.days(jsonb, bigint, bigint), metercalc.balance_points(jsonb, bigint, bigint, bigint, bigint),
    metercalc.period_sums(bigint, bigint, bigint, bigint), metercalc.account(), metercalc.pulse(), metercalc.prices(),
    metercalc.schema_version(), metercalc.ledger() TO metercalc_member;
