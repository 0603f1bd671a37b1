-- What an owner could still change unseen is put under digests, sums read no more than they count, a role that is gone has a
-- sentence, and a ledger says which programs it still serves.
SET LOCAL ROLE metercalc_owner;

-- The oldest program that works with this schema, by the number of the schema that it came with. A further file says it anew,
-- or serves none but its own program.
CREATE FUNCTION metercalc.oldest_program() RETURNS int LANGUAGE sql STABLE SECURITY DEFINER SET search_path = metercalc, pg_temp AS $$
    SELECT CASE schema_version() WHEN 13 THEN 12 ELSE schema_version() END
$$;

-- What is marked in an account: that its password is due, or that a recovery code was made. It stands in the digest where an
-- embedded store has the password's hash.
CREATE FUNCTION metercalc.mark_of(who metercalc.account) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN who.one_time THEN 'due' WHEN who.has_code THEN 'code' ELSE '' END
$$;

CREATE OR REPLACE FUNCTION metercalc.account_state(who metercalc.account) RETURNS bytea LANGUAGE sql STABLE
    SET search_path = metercalc, pg_temp AS $$
    SELECT digest(inner_block, outer_block, '\x0241'::bytea || int8send(who.id) || int8send(who.generation)
        || int4send(octet_length(who.username)) || int4send(octet_length(mark_of(who)))
        || int4send(octet_length(who.status)) || int4send(octet_length(who.role))
        || convert_to(who.username || mark_of(who) || who.status || who.role, 'UTF8')) FROM ledger
$$;

CREATE FUNCTION metercalc.proof_marks() RETURNS TABLE (id bigint, mark text) LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = metercalc, pg_temp AS $$
#variable_conflict use_column
DECLARE
    who account := mine();
BEGIN
    RETURN QUERY SELECT a.id, mark_of(a) FROM account AS a WHERE a.id = who.id OR who.role = 'admin' ORDER BY a.id;
END $$;

CREATE OR REPLACE FUNCTION metercalc.set_recovery(verifier text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = metercalc, pg_temp AS $$
DECLARE
    who account := lock_mine();
BEGIN
    PERFORM check_new_verifier(verifier);
    PERFORM set_code(who.role_name, verifier);
    who.has_code := true;
    who := note(who, 'recovery', who.id, who.id, greatest(metercalc.now(), who.date), 'made', account_state(who));
    UPDATE account AS a SET has_code = true WHERE a.id = who.id;
    PERFORM save(who);
END $$;

-- What was marked before is written down now, by nobody.
DO $$
DECLARE
    who metercalc.account;
BEGIN
    FOR who IN SELECT * FROM metercalc.account AS a WHERE a.one_time OR a.has_code ORDER BY a.id FOR NO KEY UPDATE LOOP
        PERFORM metercalc.changed(who, 0, 'marked');
    END LOOP;
END $$;

-- How many of an account's records, from its first on, are older than a moment: dates ascend with the sequence but in imported
-- accounts whose clock was once set back, of which NULL is said.
CREATE FUNCTION metercalc.count_before(who metercalc.account, moment bigint) RETURNS bigint LANGUAGE plpgsql STABLE
    SET search_path = metercalc, pg_temp AS $$
DECLARE
    low bigint := 1;
    high bigint := who.seq;
    middle bigint;
BEGIN
    IF who.set_back THEN
        RETURN NULL;
    ELSIF who.date < moment THEN
        RETURN who.seq;
    END IF;
    WHILE low <= high LOOP
        middle := (low + high) / 2;
        IF EXISTS (SELECT FROM record AS r WHERE r.account_id = who.id AND r.seq = middle AND r.date < moment) THEN
            low := middle + 1;
        ELSE
            high := middle - 1;
        END IF;
    END LOOP;
    RETURN high;
END $$;

-- What somebody was charged in a period, deleted records too: no more is read than lies in it.
CREATE FUNCTION metercalc.used_by(who metercalc.account, since bigint, until bigint)
    RETURNS TABLE (operation text, count bigint, amount bigint) LANGUAGE plpgsql STABLE SET search_path = metercalc, pg_temp AS $$
#variable_conflict use_column
DECLARE
    before bigint := coalesce(count_before(who, since), 0);
    last bigint := coalesce(count_before(who, until), who.seq);
BEGIN
    RETURN QUERY SELECT r.operation, count(*), sum(r.amount)::bigint FROM record AS r
        WHERE r.account_id = who.id AND r.seq > before AND r.seq <= last
            AND r.date >= used_by.since AND r.date < used_by.until AND r.operation <> 'credit' GROUP BY r.operation;
END $$;

CREATE OR REPLACE FUNCTION metercalc.spent(since bigint) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = metercalc, pg_temp AS $$
    SELECT coalesce(sum(u.amount), 0)::bigint FROM mine() AS who, used_by(who, since, 9223372036854775807) AS u
$$;

-- Who was not charged since is not looked at.
CREATE OR REPLACE FUNCTION metercalc.usage(since bigint, until bigint) RETURNS TABLE (operation text, count bigint, amount bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = metercalc, pg_temp AS $$
#variable_conflict use_column
BEGIN
    PERFORM admin();
    RETURN QUERY SELECT u.operation, sum(u.count)::bigint, sum(u.amount)::bigint
        FROM account AS a, used_by(a, usage.since, usage.until) AS u
        WHERE a.set_back OR a.date >= usage.since GROUP BY u.operation;
END $$;

-- A role that the server's owner dropped. Who has none is let in nowhere, so that an account without one can be deactivated.
GRANT CREATE ON SCHEMA metercalc TO metercalc_keeper;
SET LOCAL ROLE metercalc_keeper;

CREATE FUNCTION metercalc.has_role(role_name text) RETURNS boolean LANGUAGE sql STABLE SET search_path = metercalc, pg_temp AS $$
    SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name)
$$;

CREATE FUNCTION metercalc.need_role(role_name text) RETURNS void LANGUAGE plpgsql STABLE SET search_path = metercalc, pg_temp AS $$
BEGIN
    PERFORM metercalc.check_role(role_name);
    IF NOT metercalc.has_role(role_name) THEN
        RAISE EXCEPTION USING ERRCODE = 'MC021', DETAIL = jsonb_build_object('role', role_name)::text,
            MESSAGE = 'The server has no role for this account any more.';
    END IF;
END $$;

CREATE OR REPLACE FUNCTION metercalc.set_verifier(role_name text, verifier text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = metercalc, pg_temp AS $$
BEGIN
    PERFORM metercalc.need_role(role_name);
    PERFORM metercalc.check_verifier(verifier);
    EXECUTE format('ALTER ROLE %I PASSWORD %L', role_name, verifier);
END $$;

CREATE OR REPLACE FUNCTION metercalc.let_in(role_name text, allowed boolean) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = metercalc, pg_temp AS $$
BEGIN
    PERFORM metercalc.check_role(role_name);
    IF allowed OR metercalc.has_role(role_name) THEN
        PERFORM metercalc.need_role(role_name);
        EXECUTE format('ALTER ROLE %I %s', role_name, CASE WHEN allowed THEN 'LOGIN' ELSE 'NOLOGIN' END);
    END IF;
END $$;

SET LOCAL ROLE metercalc_owner;
REVOKE CREATE ON SCHEMA metercalc FROM metercalc_keeper;

GRANT EXECUTE ON FUNCTION metercalc.oldest_program(), metercalc.proof_marks() TO metercalc_member;
