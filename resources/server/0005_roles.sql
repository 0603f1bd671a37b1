-- Making, stopping and renaming people's roles. These functions belong to metercalc_keeper, which may make roles and owns
-- no table; only metercalc_owner's functions may call them.
SET LOCAL ROLE metercalc_owner;
GRANT CREATE ON SCHEMA metercalc TO metercalc_keeper;
SET LOCAL ROLE metercalc_keeper;

CREATE FUNCTION metercalc.check_role(role_name text) RETURNS void LANGUAGE plpgsql IMMUTABLE
    SET search_path = metercalc, pg_temp AS $$
BEGIN
    IF role_name !~ '^mc_[0-9a-f]{24}$' THEN
        RAISE EXCEPTION USING ERRCODE = 'MC009', MESSAGE = 'This is no role of a ledger.', DETAIL = '{"what": "role"}';
    END IF;
END $$;

CREATE FUNCTION metercalc.check_verifier(verifier text) RETURNS void LANGUAGE plpgsql IMMUTABLE
    SET search_path = metercalc, pg_temp AS $$
BEGIN
    IF verifier IS NULL OR verifier !~ '^SCRAM-SHA-256\$[1-9][0-9]{0,8}:[A-Za-z0-9+/]{16,64}={0,2}\$[A-Za-z0-9+/]{43}=:[A-Za-z0-9+/]{43}=$' THEN
        RAISE EXCEPTION USING ERRCODE = 'MC013', MESSAGE = 'This is no SCRAM verifier of a password.', DETAIL = '{}';
    END IF;
END $$;

CREATE FUNCTION metercalc.make_role(role_name text, verifier text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = metercalc, pg_temp SET createrole_self_grant = 'inherit' AS $$
BEGIN
    PERFORM metercalc.check_role(role_name);
    PERFORM metercalc.check_verifier(verifier);
    EXECUTE format('CREATE ROLE %I LOGIN CONNECTION LIMIT 16 PASSWORD %L IN ROLE metercalc_member', role_name, verifier);
    EXECUTE format('ALTER ROLE %I SET statement_timeout = ''5min''', role_name);
    EXECUTE format('ALTER ROLE %I SET lock_timeout = ''30s''', role_name);
    EXECUTE format('ALTER ROLE %I SET idle_in_transaction_session_timeout = ''5min''', role_name);
EXCEPTION WHEN duplicate_object THEN
    RAISE EXCEPTION USING ERRCODE = 'MC018', DETAIL = jsonb_build_object('role', role_name)::text,
        MESSAGE = format('The server has a role %s already, which is not this ledger''s.', role_name);
END $$;

CREATE FUNCTION metercalc.set_verifier(role_name text, verifier text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = metercalc, pg_temp AS $$
BEGIN
    PERFORM metercalc.check_role(role_name);
    PERFORM metercalc.check_verifier(verifier);
    EXECUTE format('ALTER ROLE %I PASSWORD %L', role_name, verifier);
END $$;

CREATE FUNCTION metercalc.let_in(role_name text, allowed boolean) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = metercalc, pg_temp AS $$
BEGIN
    PERFORM metercalc.check_role(role_name);
    EXECUTE format('ALTER ROLE %I %s', role_name, CASE WHEN allowed THEN 'LOGIN' ELSE 'NOLOGIN' END);
END $$;

-- End every session of a role but the one that asks; how many there were.
CREATE FUNCTION metercalc.end_sessions(role_name text) RETURNS int LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = metercalc, pg_temp AS $$
DECLARE
    ended int;
BEGIN
    PERFORM metercalc.check_role(role_name);
    SELECT count(pg_terminate_backend(pid)) INTO ended FROM pg_stat_activity
        WHERE usename = role_name AND pid <> pg_backend_pid();
    RETURN ended;
END $$;

GRANT EXECUTE ON FUNCTION metercalc.check_verifier(text), metercalc.make_role(text, text), metercalc.set_verifier(text, text),
    metercalc.let_in(text, boolean), metercalc.end_sessions(text) TO metercalc_owner;

SET LOCAL ROLE metercalc_owner;
REVOKE CREATE ON SCHEMA metercalc FROM metercalc_keeper;
