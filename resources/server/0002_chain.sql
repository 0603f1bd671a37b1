-- Canonical forms and the keyed chains, byte for byte those of an embedded store: one `verify` proves both.
SET LOCAL ROLE metercalc_owner;

-- HMAC-SHA-256 (RFC 2104) from the core's own sha256: no extension is needed.
CREATE FUNCTION metercalc.digest(inner_block bytea, outer_block bytea, message bytea) RETURNS bytea
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT sha256(outer_block || sha256(inner_block || message))
$$;

-- The key with zeros up to SHA-256's block, each byte crossed with 0x36 or 0x5C.
CREATE FUNCTION metercalc.key_block(key bytea, pad int) RETURNS bytea LANGUAGE plpgsql IMMUTABLE
    SET search_path = metercalc, pg_temp AS $$
DECLARE
    block bytea := decode(repeat(lpad(to_hex(pad), 2, '0'), 64), 'hex');
BEGIN
    FOR place IN 0 .. octet_length(key) - 1 LOOP
        block := set_byte(block, place, get_byte(key, place) # pad);
    END LOOP;
    RETURN block;
END $$;

CREATE FUNCTION metercalc.genesis(chain bigint) RETURNS bytea LANGUAGE sql STABLE
    SET search_path = metercalc, pg_temp AS $$
    SELECT digest(inner_block, outer_block, '\x0243' || int8send(chain)) FROM ledger
$$;

CREATE FUNCTION metercalc.record_form(
    id bigint, step int, account_id bigint, seq bigint, amount bigint, user_balance bigint, exact boolean, date bigint,
    request_id text, operation text, source text, operands text, response text, expression text
) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT '\x0252'::bytea || int8send(id) || int8send(step) || int8send(account_id) || int8send(seq) || int8send(amount)
        || int8send(user_balance) || int8send(exact::int) || int8send(date)
        || int4send(octet_length(request_id)) || int4send(octet_length(operation)) || int4send(octet_length(source))
        || int4send(octet_length(operands)) || int4send(octet_length(response)) || int4send(octet_length(expression))
        || convert_to(request_id || operation || source || operands || response || expression, 'UTF8')
$$;

CREATE FUNCTION metercalc.journal_form(
    number bigint, user_id bigint, subject bigint, actor_id bigint, date bigint, kind text, detail text, state bytea
) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT '\x024a'::bytea || int8send(number) || int8send(user_id) || int8send(subject) || int8send(actor_id) || int8send(date)
        || int4send(octet_length(kind)) || int4send(octet_length(detail)) || int4send(octet_length(state))
        || convert_to(kind || detail, 'UTF8') || state
$$;

-- The digest of an account: all of it but its balance, which follows from the records. There is no password in it.
CREATE FUNCTION metercalc.account_state(who metercalc.account) RETURNS bytea LANGUAGE sql STABLE
    SET search_path = metercalc, pg_temp AS $$
    SELECT digest(inner_block, outer_block, '\x0241'::bytea || int8send(who.id) || int8send(who.generation)
        || int4send(octet_length(who.username)) || int4send(0)
        || int4send(octet_length(who.status)) || int4send(octet_length(who.role))
        || convert_to(who.username || who.status || who.role, 'UTF8')) FROM ledger
$$;

CREATE FUNCTION metercalc.price_state(found metercalc.price) RETURNS bytea LANGUAGE sql STABLE
    SET search_path = metercalc, pg_temp AS $$
    SELECT digest(inner_block, outer_block, '\x0250'::bytea || int8send(found.id) || int8send(found.cost)
        || int8send(found.from_record) || int8send(found.user_id) || int8send(found.date)
        || int4send(octet_length(found.operation)) || convert_to(found.operation, 'UTF8')) FROM ledger
$$;

CREATE FUNCTION metercalc.now() RETURNS bigint LANGUAGE sql VOLATILE AS $$
    SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
$$;

-- Raise an error of ours: a code of class MC, a sentence, and what a program needs to know of it.
CREATE FUNCTION metercalc.fail(code text, message text, detail jsonb DEFAULT '{}') RETURNS void LANGUAGE plpgsql
    SET search_path = metercalc, pg_temp AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = code, MESSAGE = message, DETAIL = detail::text;
END $$;

-- Append to an account's own journal; the caller holds its row, and stores what comes back.
CREATE FUNCTION metercalc.note(
    INOUT who metercalc.account, kind text, subject bigint, actor_id bigint, date bigint, detail text, state bytea
) LANGUAGE plpgsql SET search_path = metercalc, pg_temp AS $$
DECLARE
    before bytea := who.journal_hash;
BEGIN
    who.journal_number := who.journal_number + 1;
    SELECT digest(l.inner_block, l.outer_block,
        journal_form(who.journal_number, who.id, subject, actor_id, note.date, kind, detail, state) || before)
        INTO who.journal_hash FROM ledger AS l;
    INSERT INTO journal VALUES (
        -who.id, who.journal_number, who.id, subject, actor_id, note.date, kind, detail, state, who.journal_hash);
END $$;

-- Append to chain 0; whoever does waits for the ledger's row, which no charge locks.
CREATE FUNCTION metercalc.note_for_all(
    kind text, user_id bigint, subject bigint, actor_id bigint, date bigint, detail text, state bytea
) RETURNS void LANGUAGE plpgsql SET search_path = metercalc, pg_temp AS $$
DECLARE
    keys ledger;
    last bigint;
    before bytea;
BEGIN
    SELECT * INTO STRICT keys FROM ledger FOR NO KEY UPDATE;
    SELECT j.number, j.hash INTO last, before FROM journal AS j WHERE j.chain = 0 ORDER BY j.number DESC LIMIT 1;
    last := coalesce(last, 0) + 1;
    before := coalesce(before, genesis(0));
    INSERT INTO journal VALUES (0, last, user_id, subject, actor_id, note_for_all.date, kind, detail, state,
        digest(keys.inner_block, keys.outer_block,
            journal_form(last, user_id, subject, actor_id, note_for_all.date, kind, detail, state) || before));
END $$;
