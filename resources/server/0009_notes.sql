-- Notes beside records. Their texts are for the person alone: the journal, which administrators prove too, holds a digest of
-- each text behind a random salt, so that it can be neither read nor guessed from there.
SET LOCAL ROLE metercalc_owner;

-- A function of an earlier file as it is, but for some words, which must stand in it once.
CREATE FUNCTION metercalc.reword(function regprocedure, before text, after text) RETURNS void LANGUAGE plpgsql
    SET search_path = metercalc, pg_temp AS $$
DECLARE
    whole text := pg_get_functiondef(function);
BEGIN
    IF length(replace(whole, before, '')) <> length(whole) - length(before) THEN
        RAISE EXCEPTION 'The function % is not the one that this upgrade knows.', function;
    END IF;
    EXECUTE replace(whole, before, after);
END $$;

ALTER TABLE metercalc.record ADD COLUMN note text COLLATE "C" NOT NULL DEFAULT '';

-- Every note that was ever written, by the number of its entry in the account's own journal; the last one of a record, whose
-- sequence number is `seq`, stands in the record too.
CREATE TABLE metercalc.record_note (
    account_id bigint NOT NULL,
    number bigint NOT NULL,
    record_id bigint NOT NULL,
    seq bigint,
    salt bytea NOT NULL CHECK (octet_length(salt) = 32),
    text text COLLATE "C" NOT NULL CHECK (length(text) <= 200),
    PRIMARY KEY (account_id, number)
);
CREATE TRIGGER record_note_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON metercalc.record_note
    FOR EACH STATEMENT EXECUTE FUNCTION metercalc.refuse_change();
ALTER TABLE metercalc.record_note ENABLE ROW LEVEL SECURITY;
ALTER TABLE metercalc.record_note FORCE ROW LEVEL SECURITY;
CREATE POLICY by_functions ON metercalc.record_note TO metercalc_owner USING (true) WITH CHECK (true);
CREATE POLICY own ON metercalc.record_note FOR SELECT TO metercalc_member USING (account_id = (SELECT metercalc.me()));
GRANT SELECT ON metercalc.record_note TO metercalc_member;

-- Write a note down: in the account's own journal, among all notes, and beside its record. The caller holds the account's row.
CREATE FUNCTION metercalc.put_note(INOUT who metercalc.account, record_id bigint, place bigint, at bigint, words text)
    LANGUAGE plpgsql AS $$
DECLARE
    salt bytea := uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid());
BEGIN
    who := metercalc.note(who, 'note', record_id, who.id, at, '', sha256(salt || convert_to(words, 'UTF8')));
    INSERT INTO metercalc.record_note VALUES (who.id, who.journal_number, record_id, place, salt, words);
    UPDATE metercalc.record AS r SET note = words WHERE r.account_id = who.id AND r.seq = place;
END $$;

ALTER TYPE metercalc.entry ADD ATTRIBUTE note text;
SELECT metercalc.reword('metercalc.entry_columns()', 'r.deleted_at, r.expression', 'r.deleted_at, r.expression, r.note');
SELECT metercalc.reword('metercalc.records(jsonb, text, boolean, bigint, int, bigint)',
    E'deleted_at,\n                expression)', 'deleted_at, expression, note)');
SELECT metercalc.reword('metercalc.contains(text, text)', E'    IF text_form ~ ''^[-+−0-9.,]+$'' THEN',
    -- Only records that ever had such a note are looked at: a note is the last column of a wide row.
    E'    found := found || format('' OR (r.seq IN (SELECT n.seq FROM metercalc.record_note AS n WHERE n.account_id = $1\n'
    || E'        AND position(%1$L IN metercalc.folded(n.text)) > 0) AND position(%1$L IN metercalc.folded(r.note)) > 0)'', text_form);\n'
    || E'    IF text_form ~ ''^[-+−0-9.,]+$'' THEN');

CREATE FUNCTION metercalc.set_note(record_id bigint, words text) RETURNS SETOF metercalc.entry LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = metercalc, pg_temp AS $$
DECLARE
    who account := lock_mine();
    place bigint := seq_of(who, record_id);
BEGIN
    IF words IS NULL OR length(words) > 200 OR words <> btrim(words) OR words ~ '[[:cntrl:]]' THEN
        PERFORM fail('MC009', 'A note is one line of at most 200 characters. It was not changed.', '{"what": "note"}');
    END IF;
    IF place IS NULL THEN
        PERFORM fail('MC009', format('You have no record %s. No note was written.', record_id), '{"what": "record"}');
    END IF;
    IF EXISTS (SELECT FROM record AS r WHERE r.account_id = who.id AND r.seq = place AND r.note <> words) THEN
        who := put_note(who, record_id, place, greatest(metercalc.now(), who.date), words);
        PERFORM save(who);
    END IF;
    RETURN QUERY EXECUTE format('SELECT %s FROM metercalc.record AS r WHERE r.account_id = $1 AND r.seq = $2', entry_columns())
        USING who.id, place;
END $$;

-- What became of one's own records after an entry of one's own journal: hidden, shown, noted.
DROP FUNCTION metercalc.visibility_since(bigint);
CREATE FUNCTION metercalc.changes_since(after bigint) RETURNS TABLE (
    number bigint, record_id bigint, kind text, date bigint, note text, salt bytea
) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = metercalc, pg_temp AS $$
#variable_conflict use_column
DECLARE
    who account := mine();
BEGIN
    RETURN QUERY SELECT j.number, j.subject, j.kind, j.date, n.text, n.salt FROM journal AS j
        LEFT JOIN record_note AS n ON n.account_id = who.id AND n.number = j.number
        WHERE j.chain = -who.id AND j.number > changes_since.after AND j.kind IN ('deleted', 'restored', 'note') ORDER BY j.number;
END $$;

-- A note is its person's to prove: nobody else is given one, an administrator neither.
ALTER TYPE metercalc.proof ADD ATTRIBUTE note text;
SELECT metercalc.reword('metercalc.chain_of(bigint, bigint, bigint)', 'r.form::int, r.hash',
    'r.form::int, r.hash, CASE WHEN r.account_id = (SELECT m.id FROM mine() AS m) THEN r.note END');

-- The notes of an embedded store stand in its journal, which became chain 0, word for word. They are moved to the journals of
-- those who wrote them, and the chain is linked anew without them; how many there were. For imports, and for those of before.
CREATE FUNCTION metercalc.move_notes() RETURNS bigint LANGUAGE plpgsql SET search_path = metercalc, pg_temp AS $$
DECLARE
    keys ledger;
    who account;
    one journal;
    last bytea := genesis(0);
    following bigint := 0;
    moved bigint := 0;
BEGIN
    SELECT * INTO keys FROM ledger FOR NO KEY UPDATE;
    IF NOT EXISTS (SELECT FROM journal AS j WHERE j.chain = 0 AND j.kind = 'note') THEN
        RETURN 0;
    END IF;
    FOR one IN SELECT * FROM journal AS j WHERE j.chain = 0 AND j.kind = 'note' ORDER BY j.number LOOP
        SELECT * INTO STRICT who FROM account AS a WHERE a.id = one.user_id FOR NO KEY UPDATE;
        who := put_note(who, one.subject, seq_of(who, one.subject), one.date, one.detail);
        PERFORM save(who);
        moved := moved + 1;
    END LOOP;
    ALTER TABLE metercalc.journal DISABLE TRIGGER journal_stays;
    DELETE FROM journal AS j WHERE j.chain = 0 AND j.kind = 'note';
    FOR one IN SELECT * FROM journal AS j WHERE j.chain = 0 ORDER BY j.number LOOP
        following := following + 1;
        last := digest(keys.inner_block, keys.outer_block, journal_form(
            following, one.user_id, one.subject, one.actor_id, one.date, one.kind, one.detail, one.state) || last);
        UPDATE journal AS j SET number = following, hash = last WHERE j.chain = 0 AND j.number = one.number;
    END LOOP;
    ALTER TABLE metercalc.journal ENABLE TRIGGER journal_stays;
    RETURN moved;
END $$;
SELECT metercalc.move_notes();

GRANT EXECUTE ON FUNCTION metercalc.set_note(bigint, text), metercalc.changes_since(bigint) TO metercalc_member;
