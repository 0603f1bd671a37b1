-- What a proof is made of: a person's own chain, and for administrators everybody's. It proves nothing itself: whoever
-- could change the records could change that too.
SET LOCAL ROLE metercalc_owner;

CREATE TYPE metercalc.proof AS (
    id bigint, request_id text, step int, seq bigint, operation text, operands text, response text, exact boolean,
    source text, amount bigint, user_balance bigint, date bigint, deleted_at bigint, expression text,
    account_id bigint, price_id bigint, cost bigint, form int, hash bytea
);

CREATE FUNCTION metercalc.chain_of(account_id bigint, from_seq bigint, to_seq bigint) RETURNS SETOF metercalc.proof LANGUAGE plpgsql
    STABLE SECURITY DEFINER SET search_path = metercalc, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF (mine()).id IS DISTINCT FROM chain_of.account_id THEN
        PERFORM admin();
    END IF;
    RETURN QUERY SELECT r.id, r.request_id::text, r.step, r.seq, r.operation, r.operands, r.response, r.exact, r.source,
            r.amount, r.user_balance, r.date, r.deleted_at, r.expression, r.account_id, r.price_id, p.cost, r.form::int, r.hash
        FROM record AS r LEFT JOIN price AS p ON p.id = r.price_id AND p.operation = r.operation
        WHERE r.account_id = chain_of.account_id AND r.seq BETWEEN from_seq AND to_seq ORDER BY r.seq;
END $$;

CREATE FUNCTION metercalc.journal_of(chain bigint, from_number bigint, to_number bigint) RETURNS TABLE (
    number bigint, user_id bigint, subject bigint, actor_id bigint, date bigint, kind text, detail text, state bytea, hash bytea
) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = metercalc, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF -(mine()).id IS DISTINCT FROM journal_of.chain THEN
        PERFORM admin();
    END IF;
    RETURN QUERY SELECT j.number, j.user_id, j.subject, j.actor_id, j.date, j.kind, j.detail, j.state, j.hash FROM journal AS j
        WHERE j.chain = journal_of.chain AND j.number BETWEEN from_number AND to_number ORDER BY j.number;
END $$;

CREATE FUNCTION metercalc.visibility_since(after bigint) RETURNS TABLE (number bigint, record_id bigint, seq bigint, deleted_at bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = metercalc, pg_temp AS $$
#variable_conflict use_column
DECLARE
    who account := mine();
BEGIN
    RETURN QUERY SELECT j.number, j.subject, seq_of(who, j.subject), CASE j.kind WHEN 'deleted' THEN j.date END FROM journal AS j
        WHERE j.chain = -who.id AND j.number > visibility_since.after AND j.kind IN ('deleted', 'restored') ORDER BY j.number;
END $$;

CREATE FUNCTION metercalc.proof_accounts() RETURNS SETOF metercalc.account_row LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = metercalc, pg_temp AS $$
DECLARE
    who account := mine();
BEGIN
    RETURN QUERY SELECT (row_of(a)).* FROM account AS a WHERE a.id = who.id OR who.role = 'admin' ORDER BY a.id;
END $$;

GRANT EXECUTE ON FUNCTION metercalc.chain_of(bigint, bigint, bigint), metercalc.journal_of(bigint, bigint, bigint),
    metercalc.visibility_since(bigint), metercalc.proof_accounts() TO metercalc_member;

-- Records whose hash, place or balance does not follow from the one before: for the owner, after an import.
CREATE FUNCTION metercalc.broken_links() RETURNS bigint LANGUAGE sql STABLE SET search_path = metercalc, pg_temp AS $$
    SELECT count(*) FROM (
        SELECT r.hash <> digest(l.inner_block, l.outer_block, record_form(r.id, r.step, r.account_id, r.seq, r.amount,
                r.user_balance, r.exact, r.date, r.request_id::text, r.operation, r.source, r.operands, r.response, r.expression)
                || coalesce(lag(r.hash) OVER chain, genesis(r.account_id)))
            OR r.seq <> coalesce(lag(r.seq) OVER chain, 0) + 1
            OR r.user_balance <> coalesce(lag(r.user_balance) OVER chain, 0) - r.amount
            OR (p.id IS NULL OR p.cost <> r.amount OR p.operation <> r.operation) AND r.operation <> 'credit' AS broken
        FROM record AS r CROSS JOIN ledger AS l LEFT JOIN price AS p ON p.id = r.price_id
        WINDOW chain AS (PARTITION BY r.account_id ORDER BY r.seq)) AS links WHERE broken
$$;
