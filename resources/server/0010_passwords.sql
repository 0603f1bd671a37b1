-- A password that an administrator gave is changed before anything else, and a code of one's own replaces a lost one.
SET LOCAL ROLE metercalc_owner;

-- `one_time`: the password is the one that an administrator gave. `has_code`: a recovery code was made and not used.
ALTER TABLE metercalc.account ADD COLUMN one_time boolean NOT NULL DEFAULT false,
    ADD COLUMN has_code boolean NOT NULL DEFAULT false;

-- Until it is changed, no table shows a row, and every function refuses but `sign_in` and `change_verifier`.
CREATE OR REPLACE FUNCTION metercalc.me() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = metercalc, pg_temp AS $$
    SELECT id FROM metercalc.account WHERE role_name = session_user AND status = 'active' AND NOT one_time
$$;
CREATE OR REPLACE FUNCTION metercalc.check_account(who metercalc.account) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF who.id IS NULL THEN
        PERFORM fail('MC004', 'This sign-in has no account in this ledger. Ask the administrator.');
    END IF;
    IF who.status <> 'active' THEN
        PERFORM fail('MC005', 'This account has been deactivated. Ask the administrator.');
    END IF;
    IF who.one_time THEN
        PERFORM fail('MC019', 'This password was given by an administrator. Choose another one first.');
    END IF;
END $$;
-- What is not 'active' there is looked at by check_account.
SELECT metercalc.reword('metercalc.charge(uuid, bigint, bigint, text, jsonb)', 'SELECT a.id, a.status, a.balance',
    'SELECT a.id, CASE WHEN a.one_time THEN ''due'' ELSE a.status END, a.balance');

CREATE FUNCTION metercalc.mine_though_due() RETURNS metercalc.account LANGUAGE plpgsql STABLE
    SET search_path = metercalc, pg_temp AS $$
DECLARE
    who account;
    due boolean;
BEGIN
    SELECT * INTO who FROM account AS a WHERE a.role_name = session_user;
    due := who.one_time;
    who.one_time := false;
    PERFORM check_account(who);
    who.one_time := due;
    RETURN who;
END $$;

-- Who has signed in, and to what ledger. Of an account whose password is due no more than changing it takes.
CREATE FUNCTION metercalc.sign_in() RETURNS TABLE (
    id bigint, username text, role text, status text, balance bigint, generation int, seq bigint, salt text, iterations int,
    one_time boolean, ledger_id text, key bytea
) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = metercalc, pg_temp AS $$
#variable_conflict use_column
DECLARE
    who account := mine_though_due();
BEGIN
    RETURN QUERY SELECT who.id, who.username, who.role, who.status, CASE WHEN who.one_time THEN 0 ELSE who.balance END,
        who.generation, CASE WHEN who.one_time THEN 0 ELSE who.seq END, who.salt, who.iterations, who.one_time, l.id::text,
        CASE WHEN NOT who.one_time THEN l.key END FROM ledger AS l;
END $$;

-- Recovery codes. A code is the password of a role of its own, which may do nothing but `recover`: nobody has to be let in
-- without one, and the server keeps a SCRAM verifier of 125 random bits.
GRANT CREATE ON SCHEMA metercalc TO metercalc_keeper;
SET LOCAL ROLE metercalc_keeper;

CREATE FUNCTION metercalc.set_code(role_name text, verifier text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = metercalc, pg_temp AS $$
DECLARE
    code_role text := 'mr_' || substr(role_name, 4);
BEGIN
    PERFORM metercalc.check_role(role_name);
    PERFORM metercalc.check_verifier(verifier);
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = code_role) THEN
        EXECUTE format('CREATE ROLE %I NOLOGIN CONNECTION LIMIT 2 IN ROLE metercalc_member', code_role);
        EXECUTE format('ALTER ROLE %I SET statement_timeout = ''1min''', code_role);
        EXECUTE format('ALTER ROLE %I SET idle_session_timeout = ''1min''', code_role);
        EXECUTE format('ALTER ROLE %I SET idle_in_transaction_session_timeout = ''1min''', code_role);
    END IF;
    EXECUTE format('ALTER ROLE %I LOGIN PASSWORD %L', code_role, verifier);
END $$;

CREATE FUNCTION metercalc.void_code(role_name text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = metercalc, pg_temp AS $$
DECLARE
    code_role text := 'mr_' || substr(role_name, 4);
BEGIN
    PERFORM metercalc.check_role(role_name);
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = code_role) THEN
        EXECUTE format('ALTER ROLE %I NOLOGIN PASSWORD NULL', code_role);
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION metercalc.set_code(text, text), metercalc.void_code(text) TO metercalc_owner;
SET LOCAL ROLE metercalc_owner;
REVOKE CREATE ON SCHEMA metercalc FROM metercalc_keeper;

SELECT metercalc.reword('metercalc.changed(metercalc.account, bigint, text)', 'generation = who.generation,',
    'generation = who.generation, one_time = who.one_time, has_code = who.has_code,');

-- Another password, whoever gives it: it ends the person's sessions, and a code that was made under the old one.
DROP FUNCTION metercalc.put_verifier(metercalc.account, text, bigint);
CREATE FUNCTION metercalc.give_password(who metercalc.account, verifier text, actor_id bigint, what text, one_time boolean)
    RETURNS int LANGUAGE plpgsql SET search_path = metercalc, pg_temp AS $$
BEGIN
    PERFORM check_new_verifier(verifier);
    PERFORM set_verifier(who.role_name, verifier);
    PERFORM void_code(who.role_name);
    who.generation := who.generation + 1;
    who.salt := salt_of(verifier);
    who.iterations := iterations_of(verifier);
    who.one_time := give_password.one_time;
    who.has_code := false;
    who := changed(who, actor_id, what);
    PERFORM end_sessions(who.role_name);
    RETURN who.generation;
END $$;

CREATE OR REPLACE FUNCTION metercalc.change_verifier(verifier text) RETURNS int LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = metercalc, pg_temp AS $$
DECLARE
    who account := lock_account((mine_though_due()).username);
BEGIN
    RETURN give_password(who, verifier, who.id, 'password', false);
END $$;

CREATE OR REPLACE FUNCTION metercalc.reset_verifier(email text, verifier text) RETURNS int LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = metercalc, pg_temp AS $$
DECLARE
    actor account := admin();
BEGIN
    IF actor.username = email THEN
        PERFORM fail('MC009', 'This is your own account: change its password instead.', '{"what": "email"}');
    END IF;
    RETURN give_password(wrest(email), verifier, actor.id, 'password given', true);
END $$;

CREATE FUNCTION metercalc.set_recovery(verifier text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = metercalc, pg_temp AS $$
DECLARE
    who account := lock_mine();
BEGIN
    PERFORM check_new_verifier(verifier);
    PERFORM set_code(who.role_name, verifier);
    who := note(who, 'recovery', who.id, who.id, greatest(metercalc.now(), who.date), 'made', '');
    UPDATE account AS a SET has_code = true WHERE a.id = who.id;
    PERFORM save(who);
END $$;

-- Asked by the role of a code. The account's row decides whether it was used: two may have come in by it at once.
CREATE FUNCTION metercalc.recover(verifier text) RETURNS int LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = metercalc, pg_temp AS $$
DECLARE
    who account;
BEGIN
    SELECT * INTO who FROM account AS a WHERE session_user ~ '^mr_' AND a.role_name = 'mc_' || substr(session_user, 4);
    PERFORM check_account(who);
    who := wrest(who.username);
    IF NOT who.has_code THEN
        PERFORM fail('MC020', 'This recovery code was used before.');
    END IF;
    who := note(who, 'recovery', who.id, who.id, greatest(metercalc.now(), who.date), 'used', '');
    RETURN give_password(who, verifier, who.id, 'recovered', false);
END $$;

-- Accounts again, of those who are invited too. What became of an account is written down only where anything did.
DROP FUNCTION metercalc.make_account(text, text, text, bigint, bigint);
DROP FUNCTION metercalc.add_account(text, text, text, int, text, bigint, bigint);
CREATE FUNCTION metercalc.make_account(
    email text, verifier text, role text, starting_balance bigint, actor_id bigint, what text DEFAULT 'registered'
) RETURNS metercalc.account LANGUAGE plpgsql SET search_path = metercalc, pg_temp AS $$
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
    RETURN add_account(
        email, role_name(email), salt_of(verifier), iterations_of(verifier), role, starting_balance, actor_id, what);
END $$;

-- The account of a role that there is.
CREATE FUNCTION metercalc.add_account(
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
        iterations, what = 'invited', false);
    INSERT INTO account SELECT who.*;
    PERFORM note_for_all('account', who.id, who.id, actor_id, at, what, account_state(who));
    who := note(who, 'account', who.id, actor_id, at, what, account_state(who));
    who := append(who, keys, at, gen_random_uuid(), 1, 'credit', NULL, -starting_balance, 'Starting balance', '', '', true, 'ledger');
    PERFORM save(who);
    RETURN who;
END $$;

CREATE FUNCTION metercalc.invite(email text, verifier text, starting_balance bigint DEFAULT NULL)
    RETURNS metercalc.account_row LANGUAGE plpgsql SECURITY DEFINER SET search_path = metercalc, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    who account := admin();
BEGIN
    RETURN row_of(make_account(email, verifier, 'user',
        coalesce(starting_balance, (SELECT l.starting_balance FROM ledger AS l)), who.id, 'invited'));
END $$;

SELECT metercalc.reword('metercalc.set_status(text, text)', E'    who.status := status;\n',
    E'    IF who.status = status THEN\n        RETURN row_of(who);\n    END IF;\n    who.status := status;\n');
SELECT metercalc.reword('metercalc.set_role(text, text)', E'    who.role := role;\n',
    E'    IF who.role = role THEN\n        RETURN row_of(who);\n    END IF;\n    who.role := role;\n');

GRANT EXECUTE ON FUNCTION metercalc.sign_in(), metercalc.set_recovery(text), metercalc.recover(text),
    metercalc.invite(text, text, bigint) TO metercalc_member;
