-- Accounts: who there is, and what becomes of them. A change of an account is an entry of its own journal.
SET LOCAL ROLE metercalc_owner;

CREATE TYPE metercalc.account_row AS (
    id bigint, username text, role text, status text, balance bigint, generation int, seq bigint, hash bytea,
    journal_number bigint, journal_hash bytea
);

CREATE FUNCTION metercalc.row_of(who metercalc.account) RETURNS metercalc.account_row LANGUAGE sql IMMUTABLE AS $$
    SELECT ROW(who.id, who.username, who.role, who.status, who.balance, who.generation, who.seq, who.hash,
        who.journal_number, who.journal_hash)::metercalc.account_row
$$;

-- The name of a person's role: no e-mail in it, which everybody on the server would see, and never cut.
CREATE FUNCTION metercalc.role_name(email text) RETURNS text LANGUAGE sql STABLE SET search_path = metercalc, pg_temp AS $$
    SELECT 'mc_' || left(encode(sha256(convert_to(name || E'\n' || email, 'UTF8')), 'hex'), 24) FROM ledger
$$;

CREATE FUNCTION metercalc.check_new_verifier(verifier text) RETURNS void LANGUAGE plpgsql STABLE
    SET search_path = metercalc, pg_temp AS $$
DECLARE
    least int := (SELECT minimum_iterations FROM ledger);
    iterations int;
BEGIN
    PERFORM check_verifier(verifier);
    iterations := split_part(split_part(verifier, '$', 2), ':', 1)::int;
    IF iterations < least THEN
        PERFORM fail('MC013', format('The verifier has %s iterations; at least %s are needed.', iterations, least),
            jsonb_build_object('iterations', iterations));
    END IF;
END $$;

-- Make an account and its role. Its first record is the starting balance.
CREATE FUNCTION metercalc.make_account(email text, verifier text, role text, starting_balance bigint, actor_id bigint)
    RETURNS metercalc.account LANGUAGE plpgsql SET search_path = metercalc, pg_temp AS $$
BEGIN
    PERFORM FROM ledger FOR NO KEY UPDATE;  -- in turn, so that ids have no gap
    IF email IS NULL OR length(email) NOT BETWEEN 3 AND 254 OR email <> normalize(lower(email), NFC)
        OR email !~ '^[^@\s,;<>"]+@[^@\s,;<>"]+\.[^@\s,;<>"]+$' THEN
        PERFORM fail('MC009', 'This is not an e-mail address as the ledger keeps one.', '{"what": "email"}');
    END IF;
    IF starting_balance IS NULL OR starting_balance NOT BETWEEN 0 AND 1000000000000000 THEN
        PERFORM fail('MC009', 'This is no starting balance.', '{"what": "starting_balance"}');
    END IF;
    PERFORM check_new_verifier(verifier);
    IF EXISTS (SELECT FROM account AS a WHERE a.username = email) THEN
        PERFORM fail('MC011', 'There is an account with this e-mail already.', jsonb_build_object('email', email));
    END IF;
    PERFORM make_role(role_name(email), verifier);
    RETURN add_account(email, role_name(email), salt_of(verifier), iterations_of(verifier), role, starting_balance, actor_id);
END $$;

-- The account of a role that there is.
CREATE FUNCTION metercalc.add_account(
    email text, role_name text, salt text, iterations int, role text, starting_balance bigint, actor_id bigint
) RETURNS metercalc.account LANGUAGE plpgsql SET search_path = metercalc, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    who account;
    keys ledger;
    at bigint := metercalc.now();
BEGIN
    SELECT * INTO keys FROM ledger FOR NO KEY UPDATE;
    who.id := (SELECT coalesce(max(a.id), 0) + 1 FROM account AS a);
    who := ROW(who.id, role_name, email, 'active', role, 1, 0, 0, genesis(who.id), at, false, 0, genesis(-who.id), salt, iterations);
    INSERT INTO account SELECT who.*;
    PERFORM note_for_all('account', who.id, who.id, actor_id, at, 'registered', account_state(who));
    who := note(who, 'account', who.id, actor_id, at, 'registered', account_state(who));
    who := append(who, keys, at, gen_random_uuid(), 1, 'credit', NULL, -starting_balance, 'Starting balance', '', '', true, 'ledger');
    PERFORM save(who);
    RETURN who;
END $$;

CREATE FUNCTION metercalc.salt_of(verifier text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT split_part(split_part(verifier, '$', 2), ':', 2)
$$;
CREATE FUNCTION metercalc.iterations_of(verifier text) RETURNS int LANGUAGE sql IMMUTABLE AS $$
    SELECT split_part(split_part(verifier, '$', 2), ':', 1)::int
$$;

-- The first account, an administrator's. For the owner alone, at installation.
CREATE FUNCTION metercalc.found(email text, verifier text, starting_balance bigint) RETURNS metercalc.account_row LANGUAGE plpgsql
    SET search_path = metercalc, pg_temp AS $$
BEGIN
    PERFORM FROM ledger FOR NO KEY UPDATE;
    IF EXISTS (SELECT FROM account) THEN
        PERFORM fail('MC011', 'This ledger has accounts already.', jsonb_build_object('email', email));
    END IF;
    RETURN row_of(make_account(email, verifier, 'admin', starting_balance, 1));
END $$;

CREATE FUNCTION metercalc.register(email text, verifier text, starting_balance bigint DEFAULT NULL)
    RETURNS metercalc.account_row LANGUAGE plpgsql SECURITY DEFINER SET search_path = metercalc, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    who account := admin();
BEGIN
    RETURN row_of(make_account(email, verifier, 'user',
        coalesce(starting_balance, (SELECT l.starting_balance FROM ledger AS l)), who.id));
END $$;

CREATE FUNCTION metercalc.users() RETURNS SETOF metercalc.account_row LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = metercalc, pg_temp AS $$
BEGIN
    PERFORM admin();
    RETURN QUERY SELECT (row_of(a)).* FROM account AS a ORDER BY a.username;
END $$;

-- Write down what an account is now. The caller holds its row.
CREATE FUNCTION metercalc.changed(who metercalc.account, actor_id bigint, detail text) RETURNS metercalc.account LANGUAGE plpgsql
    SET search_path = metercalc, pg_temp AS $$
BEGIN
    who := note(who, 'account', who.id, actor_id, greatest(metercalc.now(), who.date), detail, account_state(who));
    UPDATE account AS a SET status = who.status, role = who.role, generation = who.generation, salt = who.salt,
        iterations = who.iterations, journal_number = who.journal_number, journal_hash = who.journal_hash WHERE a.id = who.id;
    RETURN who;
END $$;

CREATE FUNCTION metercalc.keep_an_admin(who metercalc.account) RETURNS void LANGUAGE plpgsql
    SET search_path = metercalc, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM account AS a WHERE a.role = 'admin' AND a.status = 'active' AND a.id <> who.id) THEN
        PERFORM fail('MC012', 'The last active administrator stays one.', jsonb_build_object('email', who.username));
    END IF;
END $$;

-- Lock an account whose person may be holding it: their sessions are ended until it is free.
CREATE FUNCTION metercalc.wrest(email text) RETURNS metercalc.account LANGUAGE plpgsql SET search_path = metercalc, pg_temp AS $$
DECLARE
    who account;
BEGIN
    SELECT * INTO who FROM account AS a WHERE a.username = email;
    IF who.id IS NULL OR who.role_name = session_user THEN
        RETURN lock_account(email);
    END IF;
    FOR attempt IN 1 .. 100 LOOP
        PERFORM end_sessions(who.role_name);
        BEGIN
            SELECT * INTO who FROM account AS a WHERE a.username = email FOR NO KEY UPDATE NOWAIT;
            RETURN who;
        EXCEPTION WHEN lock_not_available THEN
            PERFORM pg_sleep(0.02);
        END;
    END LOOP;
    RETURN lock_account(email);
END $$;

CREATE FUNCTION metercalc.set_status(email text, status text) RETURNS metercalc.account_row LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = metercalc, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    actor account := admin();
    who account;
BEGIN
    IF status IS NULL OR status NOT IN ('active', 'inactive') THEN
        PERFORM fail('MC009', 'A status is active or inactive.', '{"what": "status"}');
    END IF;
    PERFORM FROM ledger FOR NO KEY UPDATE;  -- two administrators in turn: one of them stays
    SELECT * INTO who FROM account AS a WHERE a.username = email;
    IF who.id IS NULL THEN
        PERFORM lock_account(email);
    END IF;
    IF status = 'inactive' AND who.role = 'admin' THEN
        PERFORM keep_an_admin(who);
    END IF;
    PERFORM let_in(who.role_name, status = 'active');
    who := CASE WHEN status = 'inactive' THEN wrest(email) ELSE lock_account(email) END;
    who.status := status;
    IF status = 'inactive' THEN
        who.generation := who.generation + 1;
    END IF;
    RETURN row_of(changed(who, actor.id, status));
END $$;

CREATE FUNCTION metercalc.set_role(email text, role text) RETURNS metercalc.account_row LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = metercalc, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    actor account := admin();
    who account;
BEGIN
    IF role IS NULL OR role NOT IN ('user', 'admin') THEN
        PERFORM fail('MC009', 'A role is user or admin.', '{"what": "role"}');
    END IF;
    PERFORM FROM ledger FOR NO KEY UPDATE;
    who := lock_account(email);
    IF role = 'user' AND who.role = 'admin' AND who.status = 'active' THEN
        PERFORM keep_an_admin(who);
    END IF;
    who.role := role;
    RETURN row_of(changed(who, actor.id, role));
END $$;

CREATE FUNCTION metercalc.put_verifier(who metercalc.account, verifier text, actor_id bigint) RETURNS int LANGUAGE plpgsql
    SET search_path = metercalc, pg_temp AS $$
BEGIN
    PERFORM check_new_verifier(verifier);
    PERFORM set_verifier(who.role_name, verifier);
    who.generation := who.generation + 1;
    who.salt := salt_of(verifier);
    who.iterations := iterations_of(verifier);
    who := changed(who, actor_id, 'password');
    PERFORM end_sessions(who.role_name);
    RETURN who.generation;
END $$;

CREATE FUNCTION metercalc.change_verifier(verifier text) RETURNS int LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = metercalc, pg_temp AS $$
DECLARE
    who account := lock_mine();
BEGIN
    RETURN put_verifier(who, verifier, who.id);
END $$;

CREATE FUNCTION metercalc.reset_verifier(email text, verifier text) RETURNS int LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = metercalc, pg_temp AS $$
DECLARE
    actor account := admin();
BEGIN
    RETURN put_verifier(wrest(email), verifier, actor.id);
END $$;

GRANT EXECUTE ON FUNCTION metercalc.register(text, text, bigint), metercalc.users(), metercalc.set_status(text, text),
    metercalc.set_role(text, text), metercalc.change_verifier(text), metercalc.reset_verifier(text, text) TO metercalc_member;
