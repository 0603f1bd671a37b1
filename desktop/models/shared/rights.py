"""The roles and rights of a shared ledger as SQL, each statement harmless when it is run again. It runs none.

`metercalc_owner` owns schema, tables and functions, `metercalc_keeper` may make roles and owns nothing but the
functions that do; both cannot log in. `metercalc_member` is the group of people's own roles.
"""

from __future__ import annotations

from typing import Final

OWNER: Final = "metercalc_owner"
KEEPER: Final = "metercalc_keeper"
MEMBER: Final = "metercalc_member"

ROLES = f"""DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['{OWNER}', '{KEEPER}', '{MEMBER}'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
        END IF;
    END LOOP;
    IF NOT (SELECT rolcreaterole FROM pg_roles WHERE rolname = '{KEEPER}') THEN
        ALTER ROLE {KEEPER} CREATEROLE;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_auth_members WHERE roleid = '{MEMBER}'::regrole AND member = '{KEEPER}'::regrole
            AND admin_option) THEN
        GRANT {MEMBER} TO {KEEPER} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE;
    END IF;
    IF NOT (pg_has_role('{OWNER}', 'SET') AND pg_has_role('{KEEPER}', 'SET')) THEN
        GRANT {OWNER}, {KEEPER} TO CURRENT_USER;
    END IF;
END $$"""

SCHEMA = f"""
ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE {KEEPER} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
CREATE SCHEMA IF NOT EXISTS metercalc AUTHORIZATION {OWNER};
GRANT USAGE ON SCHEMA metercalc TO {KEEPER}, {MEMBER};
SET LOCAL ROLE {OWNER};
CREATE TABLE IF NOT EXISTS metercalc.version (
    number int PRIMARY KEY, installed_at timestamptz NOT NULL DEFAULT now()
)"""

# What every login would be given by nature, and can be kept from these: the rest is in SECURITY.md.
LARGE_OBJECTS = """DO $$
DECLARE
    found regprocedure;
BEGIN
    FOR found IN SELECT p.oid FROM pg_proc AS p WHERE p.pronamespace = 'pg_catalog'::regnamespace
            AND p.proname IN ('lo_create', 'lo_creat', 'lo_from_bytea', 'lo_open', 'lowrite', 'lo_put') LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', found);
    END LOOP;
END $$"""
